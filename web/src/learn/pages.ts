// The tour, as plain data. Every number that decides about an answer is the engine's, at the point that is on the screen.

import { brief } from "../numbers";
import type { Value } from "../types";
import type { Facts } from "./facts";

/** What can be seen until the question is answered: all numbers, the values, or the inputs. With a number: so many steps of both passes. */
type Shown = "all" | "values" | "inputs" | number;

interface Asked {
  question: string;
  /** Why it is right, and why not, in the numbers of the moment. */
  right: (n: Facts) => string;
}

/** A number to be found. */
export interface Predict extends Asked {
  kind: "predict";
  /** What stands before the field. */
  label: string;
  truth: (n: Facts) => number;
  wrong: (n: Facts, answer: number) => string;
}

/** A state to be reached by dragging. */
export interface Drag extends Asked {
  kind: "drag";
  isReached: (n: Facts) => boolean;
  wrong: (n: Facts) => string;
}

export interface Page {
  title: string;
  text: string[];
  formula: string;
  values: Record<string, Value>;
  shown: Shown;
  ask: Predict | Drag;
}

/** Whether two numbers are the same for people. */
export function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(0.005, 0.01 * Math.abs(b));
}

const product = (a: number, b: number) => `${brief(a)} × ${brief(b)} = ${brief(a * b)}`;

export const pages: Page[] = [
  {
    title: "A value flows forward",
    text: [
      "A computation is a circuit. Each box is a gate: it takes the numbers on its inputs and puts a new one on its output.",
      "Values flow from the inputs to the end. They stand above the wires. Step with → and ←, and drag any input sideways: everything after it follows.",
    ],
    formula: "q = x + y\nf = q * z",
    values: { x: -2, y: 5, z: -4 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "f is below 0. Drag inputs until it is above 0.",
      isReached: (n) => n.value("f") > 0,
      right: (n) => `Yes: ${product(n.value("q"), n.value("z"))}. Two numbers of one sign have a product above 0.`,
      wrong: (n) => `Not yet: f = q × z = ${product(n.value("q"), n.value("z"))}. A product is above 0 when both numbers have the same sign.`,
    },
  },
  {
    title: "The local gradient",
    text: [
      "Now the other way. The gradient of a wire says how much f rises for each 1 that this wire rises. At the end it is 1: f rises with itself. Gradients stand below the wires.",
      "Each gate knows how much its own output rises for each 1 that an input rises. That is its local gradient. It takes what arrives from behind, multiplies, and passes it on: local × upstream = passed back.",
    ],
    formula: "s = x^2\nf = w * s",
    values: { x: 2, w: 3 },
    shown: 3,
    ask: {
      kind: "predict",
      question: "At s the gradient has just arrived. The local gradient of x² is 2x. What is passed back to x?",
      label: "∂x",
      truth: (n) => n.gradient("x"),
      right: (n) => `Yes: local 2x = ${brief(n.local("x"))}, upstream ${brief(n.gradient("s"))}, and ${product(n.local("x"), n.gradient("s"))}.`,
      wrong: (n, answer) => {
        const [local, upstream] = [n.local("x"), n.gradient("s")];
        if (isNear(answer, local)) return `${brief(local)} is the local gradient alone. What arrived from behind is ${brief(upstream)}: multiply the two.`;
        if (isNear(answer, upstream)) return `${brief(upstream)} is what arrived at s. On its way through x² it is multiplied by the local gradient 2x = ${brief(local)}.`;
        if (isNear(answer, local + upstream)) return "You have added the two. A gate multiplies: local × upstream.";
        return `The local gradient is 2x = ${brief(local)}, since x is ${brief(n.value("x"))}. The gradient that arrives at s is ${brief(upstream)}. Multiply the two.`;
      },
    },
  },
  {
    title: "Add distributes",
    text: [
      "The output of + rises by 1 for each 1 that either input rises: both local gradients are 1.",
      "So + hands what arrives to all its inputs, unchanged. It does not matter how large the inputs are.",
    ],
    formula: "q = x + y\nf = q * z",
    values: { x: -2, y: 5, z: -4 },
    shown: 3,
    ask: {
      kind: "predict",
      question: "The gradient has arrived at q. What does + pass back to y?",
      label: "∂y",
      truth: (n) => n.gradient("y"),
      right: (n) => `Yes: ${brief(n.gradient("q"))} arrived, and ${brief(n.gradient("y"))} goes to y, and as much to x.`,
      wrong: (n, answer) => {
        const arrived = n.gradient("q");
        if (isNear(answer, arrived / 2)) return "It is not shared out: each input gets all of it. Both local gradients are 1.";
        if (isNear(answer, n.value("y")) || isNear(answer, arrived * n.value("x"))) return "For + the values of the inputs don't matter. That is the way of ×.";
        return `${brief(arrived)} arrives at q, and the local gradient of + is 1: 1 × ${brief(arrived)}.`;
      },
    },
  },
  {
    title: "Multiply swaps",
    text: [
      "Raise x by 1, and x × y rises by y. So the local gradient for x is y, and the one for y is x.",
      "Each input gets the other one's value, times what arrives. A small number that is multiplied by a large one has a large gradient.",
    ],
    formula: "p = x * y\nf = 2 * p",
    values: { x: 3, y: -4 },
    shown: 3,
    ask: {
      kind: "predict",
      question: "2 arrives at p. What does × pass back to x?",
      label: "∂x",
      truth: (n) => n.gradient("x"),
      right: (n) => `Yes: local y = ${brief(n.value("y"))}, upstream ${brief(n.gradient("p"))}, and ${product(n.value("y"), n.gradient("p"))}.`,
      wrong: (n, answer) => {
        const [x, y, up] = [n.value("x"), n.value("y"), n.gradient("p")];
        if (isNear(answer, x * up)) return `That goes to y. The local gradient for x is the other input: y = ${brief(y)}.`;
        if (isNear(answer, y)) return `${brief(y)} is the local gradient. Multiply it by what arrives at p: ${brief(up)}.`;
        if (isNear(answer, -y * up)) return "Nearly: look at the sign of y. Where y is below 0, f falls as x rises.";
        return `The local gradient for x is y = ${brief(y)}, and ${brief(up)} arrives at p. Multiply the two.`;
      },
    },
  },
  {
    title: "Max routes",
    text: [
      "max lets the larger input through. The other one could change a little, and nothing would happen.",
      "So all of the gradient goes to the larger input, and exactly 0 to the other: a dashed grey wire, nothing flows.",
    ],
    formula: "f = 2 * (x*y + max(z, w))",
    values: { x: 3, y: -4, z: 2, w: -1 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "All of it goes to z. Drag an input until it goes to w.",
      isReached: (n) => n.gradient("w") !== 0 && n.gradient("z") === 0,
      right: (n) => `Yes: w = ${brief(n.value("w"))} is above z = ${brief(n.value("z"))}, so max routes ${brief(n.gradient("w"))} to w, and 0 to z.`,
      wrong: (n) => `Not yet: z = ${brief(n.value("z"))} and w = ${brief(n.value("w"))}. The gradient goes to the larger of the two, and x and y have no say in that.`,
    },
  },
  {
    title: "Copy adds up",
    text: [
      "Where one number is read twice, there is a dot on the wire: the value is copied.",
      "Raise it a little, and f changes along both branches. So what comes back along them is added up.",
    ],
    formula: "f = x * y + x * z",
    values: { x: 2, y: 3, z: -1 },
    shown: "values",
    ask: {
      kind: "predict",
      question: "x is read by both ×. What is its gradient?",
      label: "∂x",
      truth: (n) => n.gradient("x"),
      right: (n) => `Yes: y = ${brief(n.value("y"))} comes back along one branch, z = ${brief(n.value("z"))} along the other, together ${brief(n.gradient("x"))}.`,
      wrong: (n, answer) => {
        const [y, z] = [n.value("y"), n.value("z")];
        if (isNear(answer, y) || isNear(answer, z)) return "That is what comes back along one branch. x has two: add them up.";
        if (isNear(answer, y * z)) return "At a dot gradients are added. They are multiplied along one path only.";
        return `+ hands 1 to both ×. One × passes back 1 × y = ${brief(y)}, the other 1 × z = ${brief(z)}. At the dot they add up.`;
      },
    },
  },
  {
    title: "Sigmoid: one gate, or four",
    text: [
      "σ(x) = 1 / (1 + e⁻ˣ) squeezes any number into 0 to 1. As one gate its local gradient is (1 − σ)σ.",
      "Double click the stage, or press Enter on it: inside are × −1, exp, + 1 and 1/x. The product of their four local gradients is the same number. Where a stage ends is up to you.",
    ],
    formula: "stage sigma(z) = 1 / (1 + exp(-z))\nf = sigma(x)",
    values: { x: 2 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "Drag x to where the gradient of σ is largest.",
      isReached: (n) => n.gradient("x") >= 0.2495,
      right: (n) => `Yes: near 0 σ is ${brief(n.value("f"))}, and (1 − σ)σ = ${brief(n.gradient("x"))}. It is never above a quarter.`,
      wrong: (n) => `Not yet: σ = ${brief(n.value("f"))}, and (1 − σ)σ = ${brief(n.gradient("x"))}. At both ends σ is flat. It is steepest where it is 0.5: ${n.value("f") > 0.5 ? "make x smaller" : "make x larger"}.`,
    },
  },
  {
    title: "Staged computation",
    text: [
      "Nobody differentiates this formula as a whole. It is cut into stages with names: num, den and f. Each is easy by itself.",
      "The backward pass goes through them the other way round. What arrives at a name is all that the stages before it need to know.",
    ],
    formula: "stage sigma(z) = 1 / (1 + exp(-z))\nnum = x + sigma(y)\nden = sigma(x) + (x + y)^2\nf = num / den",
    values: { x: 3, y: -4 },
    shown: "values",
    ask: {
      kind: "predict",
      question: "f = num / den. The gradient at f is 1. What arrives at num?",
      label: "∂num",
      truth: (n) => n.gradient("num"),
      right: (n) => `Yes: 1 / den = 1 / ${brief(n.value("den"))} = ${brief(n.gradient("num"))}. Both x and σ(y) get that from the + before.`,
      wrong: (n, answer) => {
        const den = n.value("den");
        if (isNear(answer, den)) return `That is den itself. Raise num by 1, and f rises by 1 / den.`;
        if (isNear(answer, n.gradient("den"))) return "That is what arrives at den.";
        if (isNear(answer, 1)) return "1 arrives at f. On its way through the division it is multiplied by the local gradient, 1 / den.";
        return `Raise num by 1, and num / den rises by 1 / den. den is ${brief(den)}.`;
      },
    },
  },
  {
    title: "A neuron",
    text: [
      "A neuron weighs its inputs, adds them up, and squeezes the sum. x0 and x1 are data: they are what they are. It learns by turning w0, w1 and w2.",
      "Each weight's gradient says which way to turn it. Where it is below 0, raising the weight makes f fall.",
    ],
    formula: "f = sigmoid(w0*x0 + w1*x1 + w2)",
    values: { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "Drag weights, not data, until f is below 0.5.",
      isReached: (n) => n.value("f") < 0.5 && n.isAtStart("x0") && n.isAtStart("x1"),
      right: (n) => `Yes: f = ${brief(n.value("f"))}. One step of learning is this: each weight a little against its gradient.`,
      wrong: (n) => {
        if (!n.isAtStart("x0") || !n.isAtStart("x1")) return "You have changed the data. A network can turn its weights only: press “as it was”, and try again.";
        return `Not yet: f = ${brief(n.value("f"))}. ∂w0 = ${brief(n.gradient("w0"))}: ${n.gradient("w0") < 0 ? "raise" : "lower"} w0. ∂w1 = ${brief(n.gradient("w1"))}: ${n.gradient("w1") < 0 ? "raise" : "lower"} w1.`;
      },
    },
  },
  {
    title: "Two layers",
    text: [
      "Two neurons read x and y; the output weighs both. The loss is the square of how far the output is from its target. Open a neuron to see its gates.",
      "relu lets what is above 0 through, and stops the rest. The second neuron gets a sum below 0: it is shut. Nothing flows back through it, so its weights w3 and w4 learn nothing.",
    ],
    formula: "stage neuron(a, b, w, v, c) = relu(w*a + v*b + c)\nh1 = neuron(x, y, w1, w2, b1)\nh2 = neuron(x, y, w3, w4, b2)\nloss = (u1*h1 + u2*h2 - target)^2",
    values: { x: 1, y: -2, w1: 0.5, w2: -1, b1: 0.1, w3: -0.7, w4: 0.3, b2: 0.2, u1: 1.5, u2: -1, target: 2 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "Wake it up: drag an input until w3 gets a gradient.",
      isReached: (n) => n.gradient("w3") !== 0,
      right: (n) => `Yes: h2 is ${brief(n.value("h2"))}, above 0, and ${brief(n.gradient("w3"))} flows back to w3. Now it can learn.`,
      wrong: (n) => {
        const sum = n.value("w3") * n.value("x") + n.value("w4") * n.value("y") + n.value("b2");
        return `Not yet: w3·x + w4·y + b2 = ${brief(sum)}, relu makes it ${brief(n.value("h2"))}. It has to rise above 0: b2 alone can do it.`;
      },
    },
  },
  {
    title: "Why a gradient vanishes",
    text: [
      "Four layers, one after the other, each a weight and a σ. Going back, each multiplies the gradient by its weight and by (1 − σ)σ, which is a quarter at most.",
      "Four quarters make 1/256, and where a σ is far from its middle, much less. The first layers hardly learn. That is why deep networks use relu, careful first weights, and connections that skip layers.",
    ],
    formula: "stage layer(a, w) = sigmoid(w * a)\nf = layer(layer(layer(layer(x, w1), w2), w3), w4)",
    values: { w1: 1.5, w2: 1.5, w3: 1.5, w4: 1.5, x: 4 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "Drag inputs until the gradient of x is above 0.005.",
      isReached: (n) => Math.abs(n.gradient("x")) > 0.005,
      right: (n) => `Yes: ∂x = ${brief(n.gradient("x"))}. Of the 1 at the end, that is what is left after four layers.`,
      wrong: (n) => {
        const inside = n.value("w1") * n.value("x");
        const where = Math.abs(inside) > 2 ? `The first σ gets w1·x = ${brief(inside)}, where it is flat. Bring that nearer to 0.` : "Each layer multiplies by its weight: larger weights pass more back, as long as σ stays near its middle.";
        return `Not yet: ∂x = ${brief(n.gradient("x"))}. ${where}`;
      },
    },
  },
];
