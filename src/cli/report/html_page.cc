/* The page itself: its style and its script, as they stand in every report
 *
 * C++ for one reason: its raw strings, in which both can be read and edited as what they are. What must hold of the
 * script: it makes nodes and sets textContent, never markup from data; it asks for nothing from anywhere.
 */
#include "cli/report/html_page.h"

const char html_style[] = R"page(
:root { color-scheme: light dark; --fg: #1c2024; --dim: #667078; --bg: #fff; --panel: #f5f6f8; --line: #dde1e6;
        --bad: #c62828; --warn: #9a6700; --good: #1a7f37; --link: #0b63c5; --mark: #fff3b0; }
@media (prefers-color-scheme: dark) { :root:not(.light) { --fg: #e6e8eb; --dim: #98a1ab; --bg: #14171a; --panel: #1c2126;
        --line: #323940; --bad: #ff7b72; --warn: #e3b341; --good: #56d364; --link: #79b8ff; --mark: #564a12; } }
:root.dark { color-scheme: dark; --fg: #e6e8eb; --dim: #98a1ab; --bg: #14171a; --panel: #1c2126; --line: #323940;
        --bad: #ff7b72; --warn: #e3b341; --good: #56d364; --link: #79b8ff; --mark: #564a12; }
:root.light { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; color: var(--fg); background: var(--bg); }
header, main { max-width: 1280px; margin: 0 auto; padding: 0 20px; }
h1 { font-size: 19px; font-weight: 600; margin: 18px 0 2px; overflow-wrap: anywhere; }
.dim { color: var(--dim); }
.bad { color: var(--bad); } .warn { color: var(--warn); } .good { color: var(--good); }
#facts { display: flex; flex-wrap: wrap; gap: 10px; margin: 14px 0; }
.fact { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px; }
.fact b { display: block; font-size: 18px; font-weight: 600; }
#tools { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 8px; align-items: center;
         padding: 10px 0; background: var(--bg); border-bottom: 1px solid var(--line); }
#kinds { display: inline-flex; flex-wrap: wrap; gap: 8px; }
#search::placeholder { color: var(--dim); opacity: 1; }
#search { flex: 1 1 220px; font: inherit; padding: 6px 10px; border: 1px solid var(--line); border-radius: 6px;
          background: var(--panel); color: inherit; }
button { font: inherit; padding: 5px 11px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel);
         color: inherit; cursor: pointer; }
button:hover { border-color: var(--dim); }
button[aria-pressed=true] { border-color: var(--link); color: var(--link); }
#graph { position: relative; overflow: auto; max-height: 42vh; margin: 14px 0 4px; border: 1px solid var(--line);
         border-radius: 6px; }
#rows { position: relative; }
.cell { position: absolute; height: 19px; padding: 0 5px; overflow: hidden; white-space: nowrap; font-size: 12px;
        line-height: 19px; border: 0; border-right: 1px solid var(--bg); border-radius: 0; text-align: left; color: var(--fg);
        text-overflow: ellipsis; }
.cell.faded { opacity: .3; }
.cell:focus-visible { outline: 2px solid var(--fg); outline-offset: -2px; z-index: 1; opacity: 1; }
#where { min-height: 1.45em; font-size: 12px; overflow-wrap: anywhere; }
details.finding { border: 1px solid var(--line); border-radius: 8px; margin: 8px 0; }
details.finding > summary { display: flex; gap: 12px; padding: 8px 14px; cursor: pointer; list-style: none;
                            align-items: baseline; }
summary::-webkit-details-marker { display: none; }
summary .title { flex: 1; overflow-wrap: anywhere; }
summary .place { color: var(--dim); text-align: right; overflow-wrap: anywhere; max-width: 45%; }
code, .stack, .source { font: 12.5px/1.5 ui-monospace, monospace; }
.body { padding: 0 14px 12px; }
.body h3 { font-size: 13px; margin: 10px 0 4px; }
.stack { display: grid; grid-template-columns: fit-content(55%) 1fr; gap: 0 22px; overflow-wrap: anywhere; }
.stack .runtime { color: var(--dim); }
.source { grid-column: 1 / 3; margin: 2px 0 6px; padding: 4px 8px; background: var(--panel); border-radius: 6px;
          overflow-x: auto; white-space: pre; }
.source .hit { background: var(--mark); }
.badge { font-size: 11px; border: 1px solid var(--line); border-radius: 9px; padding: 0 7px; color: var(--dim); }
#more { margin: 10px 0 40px; }
#findings > p { margin: 20px 0 40px; }
@media (max-width: 700px), (max-height: 500px) { #tools { position: static; } }
)page";

const char html_script[] = R"page(
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const byId = id => document.getElementById(id);
const number = n => n.toLocaleString('en-US');
const bytes = n => {
  let unit = 0, x = n;
  while (x >= 1024 && unit < 5) { x /= 1024; unit++; }
  return unit ? x.toFixed(1) + ' ' + ['', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit] : number(n) + ' bytes';
};
const make = (name, cls, text) => {
  const node = document.createElement(name);
  if (cls) node.className = cls;
  if (text !== undefined) node.textContent = text;
  return node;
};
const state = { kinds: new Set(data.kinds.filter(k => k.shown).map(k => k.kind)), words: [], metric: 'bytes',
                zoom: [], limit: 200, unfold: false };
const frameOf = i => data.frames[i];
const isFolded = (finding, i) => !state.unfold && finding.python && frameOf(i).interpreter;
const moduleOf = frame => frame.module && !frame.name.startsWith(frame.module + '+') ? frame.module : ''; // not twice
const placeOf = frame => frame.file ? frame.file + (frame.line ? ':' + frame.line : '') : moduleOf(frame);

const haystacks = data.findings.map(f => (f.title + ' ' + f.id + ' ' + f.owner + ' ' + f.rule + ' ' +
  [].concat(f.stack, f.release, f.first).map(i => frameOf(i).name + ' ' + placeOf(frameOf(i))).join(' ')).toLowerCase());
const selected = () => data.findings.filter((f, i) => state.kinds.has(f.suppressed ? 'suppressed' : f.kind) &&
                                                     state.words.every(w => haystacks[i].includes(w)));

const darkness = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => {
  const chosen = document.documentElement.classList;
  return chosen.contains('dark') || (!chosen.contains('light') && darkness.matches);
};

function facts() {
  const box = byId('facts');
  const fact = (value, label, cls) => {
    const node = make('div', 'fact');
    node.append(make('b', cls, value), make('span', 'dim', label));
    box.append(node);
  };
  const s = data.summary;
  if (s.metric) { fact(s.metric, ''); return; }
  fact(bytes(s.leaked_bytes), 'leaked in ' + number(s.leaked_blocks) + (s.leaked_blocks === 1 ? ' block' : ' blocks'), s.leaked_blocks ? 'bad' : 'good');
  fact(number(s.wrong_releases), s.wrong_releases === 1 ? 'wrong release' : 'wrong releases', s.wrong_releases ? 'bad' : 'good');
  if (s.possible_blocks) fact(bytes(s.possible_bytes), 'possibly leaked', 'warn');
  if (s.unclassified_blocks) fact(bytes(s.unclassified_bytes), 'not judged', 'warn');
  fact(bytes(s.reachable_bytes), 'still reachable');
  if (s.suppressed) fact(number(s.suppressed), 'suppressed');
  if (s.dropped) fact(number(s.dropped), 'not recorded', 'warn');
}

function tools() {
  for (const k of data.kinds) {
    const button = make('button', 'kind', k.kind + ' ' + number(k.n));
    button.setAttribute('aria-pressed', String(state.kinds.has(k.kind)));
    button.dataset.kind = k.kind;
    button.addEventListener('click', () => {
      if (!state.kinds.delete(k.kind)) state.kinds.add(k.kind);
      button.setAttribute('aria-pressed', String(state.kinds.has(k.kind)));
      state.zoom = [];
      draw();
    });
    byId('kinds').append(button);
  }
  byId('search').addEventListener('input', event => {
    state.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    state.limit = 200;
    draw();
  });
  byId('metric').addEventListener('click', event => {
    state.metric = state.metric === 'bytes' ? 'blocks' : 'bytes';
    event.target.textContent = 'by ' + state.metric;
    draw();
  });
  byId('unfold').hidden = !data.findings.some(f => f.python);
  byId('unfold').addEventListener('click', event => {
    state.unfold = !state.unfold;
    event.target.setAttribute('aria-pressed', String(state.unfold));
    state.zoom = [];
    draw();
  });
  byId('theme').addEventListener('click', () => {
    const root = document.documentElement, dark = isDark();
    root.classList.toggle('dark', !dark);
    root.classList.toggle('light', dark);
    graph();
  });
  darkness.addEventListener('change', graph);
  byId('more').addEventListener('click', () => { state.limit += 500; list(); });
  addEventListener('resize', graph);
}

/* The icicle graph: a tree of the stacks, outermost first. Only what is at least half a pixel wide is drawn. */
function tree() {
  const root = { name: 'all', value: 0, children: new Map(), depth: 0 };
  for (const f of selected()) {
    const value = f[state.metric];
    if (!f.leak || !value) continue;
    root.value += value;
    let node = root;
    for (let k = f.stack.length - 1; k >= 0; k--) {
      const i = f.stack[k];
      if (isFolded(f, i)) continue;
      const frame = frameOf(i), key = frame.name + ' ' + frame.module; // calls from several lines are one box
      let child = node.children.get(key);
      if (!child) node.children.set(key, child = { frame, name: frame.name, value: 0, children: new Map() });
      child.value += value;
      node = child;
    }
  }
  return root;
}
/* One box is in the order of the tab key, since thousands may stand before the findings; arrows go on from it: up and
 * down to the nearest box of the row, left and right within it. */
function step(from, key) {
  const dx = { ArrowLeft: -1, ArrowRight: 1 }[key] || 0, dy = { ArrowUp: -1, ArrowDown: 1 }[key] || 0;
  if (!dx && !dy) return null;
  const place = cell => ({ x: parseFloat(cell.style.left), y: parseFloat(cell.style.top), w: parseFloat(cell.style.width) });
  const here = place(from);
  let best = null, least = Infinity;
  for (const cell of byId('rows').children) {
    const there = place(cell), ahead = (there.x - here.x) * dx;
    if (cell === from || there.y !== here.y + dy * 20 || (dx && ahead <= 0)) continue;
    const far = dx ? ahead : Math.max(there.x - here.x, here.x - there.x - there.w + .5, 0); // below it, or what it is below
    if (far < least) [best, least] = [cell, far];
  }
  return best;
}
function enter(cell) {
  for (const other of byId('rows').children) other.tabIndex = other === cell ? 0 : -1;
  cell.focus();
}
const hue = text => { let h = 7; for (const c of text || '') h = (h * 31 + c.codePointAt(0)) % 360; return h; };
function graph() {
  const rows = byId('rows');
  rows.replaceChildren();
  const top = tree();
  let root = top, above = [];
  for (const key of state.zoom) {
    if (!root.children.has(key)) break;
    above.push(root);
    root = root.children.get(key);
  }
  byId('graph').hidden = !top.value;
  byId('where').textContent = !top.value ? '' :
    (state.metric === 'bytes' ? 'Bytes' : 'Blocks') + ' by call path, the outermost caller on top. Click a box, or press Enter, to go into it; arrow keys go on.';
  if (!top.value) return;
  const dark = isDark(), width = byId('graph').clientWidth; // of what is hidden it would be 0
  const value = n => state.metric === 'bytes' ? bytes(n) : number(n) + ' blocks';
  const cell = (node, x, w, y, path) => {
    const button = make('button', 'cell', w > 24 ? node.name : '');
    const frame = node.frame;
    button.style.left = x + 'px';
    button.style.width = Math.max(w, 1) + 'px';
    button.style.top = y * 20 + 'px';
    const tint = hue(node.name); // a family of colours for each module, one of them for each function
    button.style.background = !frame ? 'var(--line)' :
      `hsl(${hue(frame.module) + tint % 60} ${dark ? 42 : 62}% ${dark ? 26 + tint % 10 : 76 + tint % 10}%)`;
    if (state.words.length && frame && !state.words.some(w => node.name.toLowerCase().includes(w)))
      button.classList.add('faded');
    const label = node.name + '  ' + (frame ? frame.file || frame.module || '' : '') + '  ' + value(node.value) +
      ' (' + (100 * node.value / top.value).toFixed(1) + ' %)';
    button.title = label;
    button.addEventListener('mouseenter', () => { byId('where').textContent = label; });
    button.addEventListener('focus', () => { byId('where').textContent = label; });
    button.addEventListener('keydown', event => {
      const next = step(button, event.key);
      if (next) { event.preventDefault(); enter(next); }
    });
    button.addEventListener('click', () => {
      state.zoom = path;
      graph();
      enter(rows.children[path.length]); // the box itself, where it stands now
      byId('where').textContent = label;
    });
    button.setAttribute('aria-label', label);
    button.tabIndex = rows.children.length ? -1 : 0;
    rows.append(button);
  };
  above.forEach((node, y) => cell(node, 0, width, y, state.zoom.slice(0, y)));
  let depth = 0, drawn = 0;
  const queue = [[root, 0, width, above.length, state.zoom.slice(0, above.length)]];
  while (queue.length && drawn < 5000) {
    const [node, x, w, y, path] = queue.shift();
    cell(node, x, w, y, path);
    drawn++;
    depth = Math.max(depth, y + 1);
    let at = x;
    for (const [key, child] of [...node.children].sort((a, b) => b[1].value - a[1].value)) {
      const childWidth = w * child.value / node.value;
      if (childWidth >= .5) queue.push([child, at, childWidth, y + 1, path.concat(key)]);
      at += childWidth;
    }
  }
  rows.style.height = depth * 20 + 'px';
}

function stack(finding, frames, name) {
  const nodes = [];
  if (name) nodes.push(make('h3', '', name));
  const grid = make('div', 'stack');
  let sourced = 0;
  for (const i of frames) {
    if (isFolded(finding, i)) continue;
    const frame = frameOf(i);
    grid.append(make('span', frame.foreign ? 'runtime' : '', frame.name + (frame.inlined ? ' (inlined)' : '')),
                make('span', 'dim', placeOf(frame)));
    if (frame.source && !frame.foreign && sourced++ < 2) {
      const box = make('div', 'source');
      for (const [line, text] of frame.source)
        box.append(make('div', line === frame.line ? 'hit' : '', String(line).padStart(5) + '  ' + text));
      grid.append(box);
    }
  }
  nodes.push(grid);
  return nodes;
}
function body(f) {
  const node = make('div', 'body');
  if (f.note) node.append(make('p', '', f.note + '.'));
  if (f.suppressed) node.append(make('p', 'dim', 'suppressed by ' + f.suppressed));
  if (f.release.length) node.append(...stack(f, f.release, f.verb + ' at'));
  if (f.first.length) node.append(...stack(f, f.first, 'first released at'));
  if (f.stack.length) node.append(...stack(f, f.stack, 'allocated by ' + (f.allocator || 'an unknown function') + ' at'));
  node.append(make('p', 'dim', 'id ' + (f.weak ? '~' : '') + f.id + ' · ' + f.rule + (f.class ? ' ' + f.class : '') + ' · ' +
    f.family + ' · module ' + f.owner + ' · process ' + f.pids.slice(0, 20).join(', ') + (f.pids.length > 20 ? ' …' : '')));
  return node;
}
function list() {
  const box = byId('findings'), all = selected();
  const nodes = [];
  for (const f of all.slice(0, state.limit)) {
    const node = make('details', 'finding'), head = make('summary');
    node.dataset.id = f.id;
    head.append(make('code', f.gating ? 'bad' : 'dim', f.rule), make('span', 'title', f.title));
    if (f.baseline) head.append(make('span', 'badge', f.baseline));
    head.append(make('span', 'place', f.place >= 0 ? frameOf(f.place).name + '  ' + placeOf(frameOf(f.place)) : f.owner));
    node.append(head);
    node.addEventListener('toggle', () => { if (node.open && node.children.length === 1) node.append(body(f)); });
    nodes.push(node);
  }
  if (!nodes.length)
    nodes.push(make('p', 'dim', !data.findings.length ? 'Nothing was found.' :
      state.words.length ? 'No finding of the kinds chosen has these words.' : 'No finding is of the kinds chosen.'));
  box.replaceChildren(...nodes);
  byId('count').textContent = number(all.length) + (all.length === 1 ? ' finding' : ' findings');
  byId('more').hidden = all.length <= state.limit;
  byId('more').textContent = 'show more of ' + number(all.length);
}
function draw() { graph(); list(); }
facts();
tools();
draw();
if (data.findings.length) byId('findings').firstElementChild.open = true;
)page";
