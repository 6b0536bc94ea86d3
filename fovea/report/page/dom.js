// Elements, numbers and words.

// h('p', { class: 'faint' }, 'words', h('b', {}, 'bold')): handlers are functions under their events' names.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const percent = (x, digits = 1) => `${(100 * x).toFixed(digits)} %`;
export const figure = (x) => (x === null || x === undefined ? '–' : Math.abs(x) >= 0.001 || x === 0 ? x.toFixed(4) : x.toExponential(2));
export const grouped = (n) => n.toLocaleString('en-US');
export const plural = (n, one, many = `${one}s`) => `${grouped(n)} ${n === 1 ? one : many}`;

export function announce(words) {
  document.getElementById('announcements').textContent = words;
}

export function section(id, title, ...children) {
  return h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), ...children);
}

// What may be wider than the page: it scrolls on its own, and by keys.
export const region = (label, ...children) => h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': label }, ...children);

// Rows of cells under heads; the first cell of a row says what it is about.
export function table(caption, heads, rows) {
  return h('div', { class: 'wide' }, h('table', {}, h('caption', {}, caption), h('thead', {}, h('tr', {}, ...heads.map((words) => h('th', { scope: 'col' }, words)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell, k) => (k === 0 ? h('th', { scope: 'row' }, cell) : h('td', {}, cell))))))));
}

// Figures with what they are.
export const figures = (pairs, attributes = {}) =>
  h('dl', { class: 'figures', ...attributes }, ...pairs.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));

// How far a share goes, from 0 to 1.
export function bar(share) {
  const inner = h('i');
  inner.style.width = `${100 * share}%`;
  return h('span', { class: 'bar', 'aria-hidden': 'true' }, inner);
}

// A row of buttons of which one is pressed.
export function choice(label, options, chosen, choose) {
  const buttons = options.map(([value, words]) =>
    h('button', { type: 'button', 'aria-pressed': String(value === chosen), click: () => press(value) }, words));
  function press(value) {
    buttons.forEach((button, k) => button.setAttribute('aria-pressed', String(options[k][0] === value)));
    choose(value);
  }
  return h('div', { class: 'row controls', role: 'group', 'aria-label': label }, ...buttons);
}

export const cssColour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
