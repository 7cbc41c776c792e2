// The circuits of the lecture, to begin with.

import type { Value } from "../types";

export interface Example {
  name: string;
  formula: string;
  values: Record<string, Value>;
}

const neuron = { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 };

export const examples: Example[] = [
  { name: "a neuron", formula: "f = sigmoid(w0*x0 + w1*x1 + w2)", values: neuron },
  { name: "add and multiply", formula: "f = (x + y) * z", values: { x: -2, y: 5, z: -4 } },
  { name: "max routes", formula: "f = 2 * (x*y + max(z, w))", values: { x: 3, y: -4, z: 2, w: -1 } },
  { name: "a neuron in stages", formula: "stage sigma(z) = 1 / (1 + exp(-z))\nf = sigma(w0*x0 + w1*x1 + w2)", values: neuron },
  { name: "staged computation", formula: "stage sigma(z) = 1 / (1 + exp(-z))\nf = (x + sigma(y)) / (sigma(x) + (x + y)^2)", values: { x: 3, y: -4 } },
  {
    name: "two layers",
    formula: "stage neuron(a, b, w, v, c) = relu(w*a + v*b + c)\nh1 = neuron(x, y, w1, w2, b1)\nh2 = neuron(x, y, w3, w4, b2)\nloss = (u1*h1 + u2*h2 - target)^2",
    values: { x: 1, y: -2, w1: 0.5, w2: -1, b1: 0.1, w3: -0.7, w4: 0.3, b2: 0.2, u1: 1.5, u2: -1, target: 2 },
  },
  { name: "a gradient that vanishes", formula: "f = sigmoid(w4 * sigmoid(w3 * sigmoid(w2 * sigmoid(w1 * x))))", values: { w1: 1.2, w2: -0.8, w3: 1.5, w4: 0.9, x: 2 } },
  { name: "matrix times vector", formula: "input W: f64[3, 2]\ninput x: f64[2]\nh = relu(W @ x)\nloss = sum(h^2)", values: { W: [[1, -2], [0.5, 1], [-1, 3]], x: [2, 0.5] } },
];
