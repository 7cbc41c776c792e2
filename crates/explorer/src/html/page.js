'use strict';
// One picture at a time, drawn by the engine. `at` counts the steps done; all of them at first.
const data = JSON.parse(document.getElementById('views').textContent);
const cards = data.cards.map(text => JSON.parse(text)), views = [data.first, ...data.views];
const picture = document.getElementById('picture'), card = document.getElementById('card');
const said = document.getElementById('said'), nav = document.querySelector('nav');
let view = data.first, at = view.steps.length, picked = null;

const place = id => document.getElementById(id + '-frame') || document.getElementById(id);
const make = (tag, text, kind) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (kind) node.className = kind;
  return node;
};
const button = (text, label, act) => {
  const node = make('button', text);
  node.setAttribute('aria-label', label);
  node.addEventListener('click', act);
  nav.append(node);
};
button('|◀', 'before the first step', () => go(0));
button('◀', 'one step back', () => go(at - 1));
const counter = make('span');
nav.append(counter);
button('▶', 'one step on', () => go(at + 1));
button('▶|', 'after the last step', () => go(view.steps.length));

const colour = q => !q ? '' : q.special ? 'alarm' : q.zero ? 'zero' : q.sign === 'plus' ? 'plus' : q.sign === 'minus' ? 'minus' : '';
const number = q => make('td', q ? q.text : '·', colour(q));

function show(next, focus) {
  view = next;
  picture.innerHTML = view.svg;
  // In a narrow window it is made smaller, as far as its numbers can be read.
  const root = picture.firstElementChild;
  root.style.minWidth = 0.7 * root.width.baseVal.value + 'px';
  for (const block of view.blocks) {
    const node = document.getElementById(block.id);
    node.tabIndex = 0;
    node.addEventListener('click', event => { event.stopPropagation(); pick(block.id); });
    node.addEventListener('dblclick', event => { event.stopPropagation(); toggle(block.id); });
    node.addEventListener('keydown', event => {
      if (event.key === 'Enter') { event.stopPropagation(); picked === block.id ? toggle(block.id) : pick(block.id); }
    });
    const frame = document.getElementById(block.id + '-frame');
    if (frame) {
      frame.addEventListener('click', () => pick(block.id));
      frame.addEventListener('dblclick', () => toggle(block.id));
    }
  }
  if (focus && document.getElementById(focus)) document.getElementById(focus).focus({ preventScroll: true });
  light();
}

// What is open, by names that do not depend on the view: s4 of a stage, g9 of a sum.
const name = block => block.kind === 'frame' && block.id[0] === 'c' ? 'g' + block.id.slice(1) : block.id.split('-')[0];
const same = (a, b) => a.length === b.length && a.every(x => b.includes(x));

// Views are packed until they are looked at.
async function unpacked(next) {
  if (!next.packed) return next;
  const bytes = Uint8Array.from(atob(next.packed), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return JSON.parse(await new Response(stream).text());
}

// The view in which a stage or sum is open or closed, all else alike; where that is not in this file, the one with it alone.
async function toggle(id) {
  const block = view.blocks.find(b => b.id === id);
  if (!block || !(block.opens || block.kind === 'frame')) return;
  const around = [];
  for (let b = block; b; b = view.blocks.find(p => p.id === b.frame)) around.push(name(b));
  const within = view.blocks.filter(b => { for (let p = b; p; p = view.blocks.find(q => q.id === p.frame)) if (name(p) === name(block)) return true; });
  const isOpen = block.kind === 'frame';
  const open = isOpen ? view.open.filter(o => !within.some(b => b.kind === 'frame' && name(b) === o)) : [...new Set([...view.open, name(block)])];
  const alone = isOpen ? around.slice(1) : around;
  const found = views.find(v => same(v.open, open)) || views.find(v => same(v.open, alone));
  if (!found) { said.textContent = 'This file holds no view of that. chainrule html --open draws one.'; return; }
  const before = place(id).getBoundingClientRect(), asked = view;
  const next = await unpacked(found);
  if (view !== asked) return;
  at = at === view.steps.length ? next.steps.length : Math.min(at, next.steps.length);
  // A sum closes to the gate that it was, and opens to a frame.
  const there = next.blocks.find(b => name(b) === name(block) && b.kind !== block.kind) || next.blocks.find(b => b.id === id);
  show(next, there && there.id);
  if (!there) return;
  // What was opened stays where it was, as far as the picture can be scrolled.
  const after = place(there.id).getBoundingClientRect();
  picture.scrollBy(after.left - before.left, after.top - before.top);
  pick(there.id);
}

function pick(id) {
  picked = id;
  const block = view.blocks.find(b => b.id === id);
  card.replaceChildren();
  document.querySelectorAll('.picked').forEach(n => n.classList.remove('picked'));
  if (!block) return;
  place(id).classList.add('picked');
  const c = cards[block.card];
  card.append(make('h2', c.title));
  if (block.opens || block.kind === 'frame') {
    const node = make('button', block.kind === 'frame' ? 'close it' : 'open it');
    node.addEventListener('click', () => toggle(id));
    card.append(node, make('p', ''));
  }
  if (c.formula) card.append(make('code', c.formula), make('p', c.numbers));
  if (c.local) card.append(make('code', c.local), make('p', ''));
  if (c.rows.length) {
    const table = make('table'), head = make('tr');
    for (const word of ['to', 'local', '× upstream', '= back']) head.append(make('th', word));
    table.append(head);
    for (const row of c.rows) {
      const line = make('tr');
      line.append(make('td', row.input), number(row.local), number(row.upstream), number(row.back));
      table.append(line);
    }
    card.append(table);
  } else if (c.upstream) {
    const line = make('p', 'gradient ');
    line.append(make('span', c.upstream.text, colour(c.upstream)));
    card.append(line);
  }
  if (c.pattern) card.append(make('span', c.pattern.title, 'badge'), make('p', c.pattern.sentence));
  for (const check of c.checks) {
    const factors = check.factors.map(f => f.text).join(' × ');
    card.append(make('p', `Its own local gradient for ${check.input} is ${check.local.text}. The product of its parts: ${factors ? factors + ' = ' : ''}${check.product.text}.`));
  }
  if (c.source) card.append(make('code', c.source));
  if (c.spec) card.append(make('p', c.spec, 'mute'));
}

function go(to) {
  at = Math.max(0, Math.min(view.steps.length, to));
  light();
  const step = view.steps[at - 1];
  if (step && at < view.steps.length + 1) pick(step.block);
}

// Shows what is known after `at` steps: values from the left on, then gradients from the right on.
function light() {
  const steps = view.steps, number = id => Number(id.slice(1).split('-')[0]);
  const made = new Set(steps.filter(s => s.pass === 'forward').flatMap(s => s.wires.map(number)));
  const values = new Set(), gradients = new Set();
  steps.slice(0, at).forEach(s => s.wires.forEach(w => (s.pass === 'forward' ? values : gradients).add(number(w))));
  const back = at > steps.findIndex(s => s.pass === 'backward') && steps.some(s => s.pass === 'backward');
  if (back) view.wires.filter(w => w.to.some(id => id[0] === 'o')).forEach(w => gradients.add(w.wire));
  const all = at === steps.length;
  for (const wire of view.wires) {
    const node = document.getElementById(wire.id), mark = document.getElementById(wire.id + '-back');
    const value = document.getElementById(wire.id + '-v'), map = document.getElementById(wire.id + '-m');
    const known = all || values.has(wire.wire) || !made.has(wire.wire), reached = all || gradients.has(wire.wire);
    node.classList.toggle('later', !known);
    node.classList.toggle('forward', !reached);
    for (const node of [value, map]) if (node) node.classList.toggle('hidden', !known);
    if (mark) mark.classList.toggle('hidden', !reached);
  }
  document.querySelectorAll('.now').forEach(n => n.classList.remove('now'));
  const step = steps[at - 1];
  if (step && !all) {
    const node = document.getElementById(step.block);
    node.classList.add('now');
    node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  counter.textContent = all ? `all ${steps.length} steps` : at === 0 ? 'the inputs' : `${step.pass} ${step.number}`;
  said.textContent = all ? 'Values flow forward, gradients flow back. → and ← step through both passes; Enter opens a stage.' : step ? step.text : 'The inputs are known. → computes the first gate.';
}

document.addEventListener('keydown', event => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const keys = { ArrowRight: () => go(at === view.steps.length ? 0 : at + 1), ArrowLeft: () => go(at - 1),
    Home: () => go(0), End: () => go(view.steps.length) };
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
show(view);
const first = view.blocks.find(b => b.kind === 'gate' || b.kind === 'stage');
if (first) pick(first.id);
