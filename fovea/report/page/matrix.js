// The confusion matrix: a grid of buttons, above a hundred classes a picture of it and a list of pairs.
import { classes, confidenceOf, isWrong, labelOf, predictedOf, reported, run } from './data.js';
import { announce, choice, cssColour, grouped, h, percent, plural, region, section } from './dom.js';
import { gallery } from './gallery.js';
import { onTheme } from './theme.js';

const GRID = 100;  // classes that a grid has
const PAIRS = 12;  // that are listed at once

const counts = new Map(run.matrix.map(([truth, predicted, count]) => [truth * classes.length + predicted, count]));
const countOf = (truth, predicted) => counts.get(truth * classes.length + predicted) ?? 0;
const totals = classes.map((_, truth) => classes.reduce((sum, _, predicted) => sum + countOf(truth, predicted), 0));
const shareOf = (truth, predicted) => (totals[truth] > 0 ? countOf(truth, predicted) / totals[truth] : 0);

const place = h('div', { id: 'cell', 'aria-live': 'off' });

// The pictures of a cell, worst first: of mistakes the most, of right ones the least confident.
function open(truth, predicted) {
  const found = reported.filter((i) => labelOf(i) === truth && predictedOf(run, i) === predicted);
  found.sort((a, b) => (truth === predicted ? 1 : -1) * (confidenceOf(run, a) - confidenceOf(run, b)));
  const count = countOf(truth, predicted);
  const words = truth === predicted ? `${classes[truth]}, recognised` : `${classes[truth]}, taken for ${classes[predicted]}`;
  const missing = count > found.length ? ` ${grouped(found.length)} of them are kept in this page.` : '';
  place.replaceChildren(h('h3', {}, words),
    h('p', { class: 'faint' }, `${plural(count, 'picture')} (${percent(shareOf(truth, predicted))} of the true class), ${truth === predicted ? 'the least' : 'the most'} confident first.${missing}`),
    gallery(found, run));
  announce(`${words}: ${plural(count, 'picture')}`);
}

function grid(normalised) {
  const buttons = [];
  const paint = (button, share) => {
    const strength = Math.sqrt(share);
    button.style.backgroundColor = share > 0 ? `rgba(${cssColour('--heat')}, ${0.06 + 0.94 * strength})` : 'transparent';
    button.classList.toggle('strong', strength > 0.6);
  };
  const rows = classes.map((name, truth) => h('tr', {}, h('th', { scope: 'row', title: name }, name), ...classes.map((other, predicted) => {
    const count = countOf(truth, predicted), share = shareOf(truth, predicted);
    const button = h('button', {
      type: 'button', tabindex: truth === 0 && predicted === 0 ? '0' : '-1', 'data-truth': truth, 'data-predicted': predicted,
      'aria-label': `true ${name}, predicted ${other}: ${count}, ${percent(share)}`,
      click: () => {
        buttons.forEach((each) => each.removeAttribute('aria-pressed'));
        button.setAttribute('aria-pressed', 'true');
        focus(truth, predicted);
        open(truth, predicted);
      },
    }, count === 0 ? '' : normalised ? Math.round(100 * share) : count);
    paint(button, share);
    buttons.push(button);
    return h('td', {}, button);
  })));
  function focus(truth, predicted) {
    buttons.forEach((each) => each.setAttribute('tabindex', '-1'));
    const button = buttons[truth * classes.length + predicted];
    button.setAttribute('tabindex', '0');
    button.focus();
  }
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const inside = (at) => Math.min(Math.max(at, 0), classes.length - 1);
  const table = h('table', {
    class: classes.length > 25 ? 'matrix tight' : 'matrix',
    keydown: (event) => {
      const move = moves[event.key], at = event.target.dataset;
      if (!move || at.truth === undefined) return;
      event.preventDefault();
      focus(inside(Number(at.truth) + move[0]), inside(Number(at.predicted) + move[1]));
    },
  },
  h('caption', { class: 'unseen' }, `Rows are the true classes, columns the predicted ones; ${normalised ? 'percent of the true class' : 'counts'}.`),
  h('thead', {}, h('tr', {}, h('td', { class: 'corner' }, 'true ↓  predicted →'), ...classes.map((name) => h('th', { scope: 'col', title: name }, h('span', {}, name))))),
  h('tbody', {}, ...rows));
  onTheme(() => buttons.forEach((button) => paint(button, shareOf(Number(button.dataset.truth), Number(button.dataset.predicted)))));
  return region('Confusion matrix', table);
}

// The whole matrix as a picture: right ones on the diagonal, mistakes as points that can be seen at any number of classes.
function overview() {
  const n = classes.length, size = 800, cell = size / n, point = Math.max(cell, 3);
  const canvas = h('canvas', { class: 'overview', width: size, height: size, role: 'img', 'aria-label': `Confusion matrix of ${n} classes; the list of pairs has its numbers` });
  const draw = () => {
    const context = canvas.getContext('2d'), colours = { right: cssColour('--accent'), wrong: cssColour('--bad') };
    context.clearRect(0, 0, size, size);
    for (const [truth, predicted] of run.matrix) {
      context.fillStyle = truth === predicted ? colours.right : colours.wrong;
      context.globalAlpha = 0.15 + 0.85 * Math.sqrt(shareOf(truth, predicted));
      context.fillRect((predicted + 0.5) * cell - point / 2, (truth + 0.5) * cell - point / 2, point, point);
    }
  };
  draw();
  onTheme(draw);
  canvas.addEventListener('click', (event) => {
    const box = canvas.getBoundingClientRect(), cell = (offset, size) => Math.min(n - 1, Math.floor((n * offset) / size));
    open(cell(event.clientY - box.top, box.height), cell(event.clientX - box.left, box.width));
  });
  return canvas;
}

// Pairs of classes that are taken for each other, most often first, with a search.
function pairs() {
  const all = run.matrix.filter(([truth, predicted]) => truth !== predicted).sort((a, b) => b[2] - a[2] || a[0] - b[0]);
  const body = h('tbody');
  const more = h('p', { class: 'faint small' });
  const show = (words) => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter(([t, p]) => wanted.every((word) => `${classes[t]} ${classes[p]}`.toLowerCase().includes(word)));
    body.replaceChildren(...found.slice(0, PAIRS).map(([truth, predicted, count]) => h('tr', {},
      h('td', {}, h('button', { type: 'button', class: 'link', click: () => open(truth, predicted) }, `${classes[truth]} → ${classes[predicted]}`)),
      h('td', {}, grouped(count)), h('td', {}, percent(shareOf(truth, predicted))))));
    more.textContent = found.length > PAIRS ? `${plural(found.length - PAIRS, 'more pair')}: search for a class.` : found.length === 0 ? 'No such pair.' : '';
  };
  show('');
  return h('div', {}, h('h3', {}, 'Most confused pairs'),
    h('div', { class: 'row controls' }, h('label', {}, 'Search ', h('input', { type: 'search', placeholder: 'a class, or two', input: (event) => show(event.target.value) }))),
    h('div', { class: 'wide' }, h('table', {}, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'true → predicted'), h('th', { scope: 'col' }, 'pictures'), h('th', { scope: 'col' }, 'of the class'))), body)), more);
}

export function matrix() {
  const held = h('div');
  const draw = (normalised) => held.replaceChildren(grid(normalised));
  const whole = classes.length <= GRID;
  if (whole) draw(false);
  return section('matrix', 'Confusion matrix',
    h('p', { class: 'faint' }, `Rows are the true classes, columns the predicted ones. Press a ${whole ? 'cell for its pictures; arrow keys move' : 'point for its pictures'}.`),
    whole ? choice('Numbers in the matrix', [[false, 'Counts'], [true, 'Percent of the true class']], false, draw) : null,
    h('div', { class: 'beside' }, whole ? held : overview(), pairs()), place);
}

export const mistakes = () => reported.filter((i) => isWrong(run, i)).sort((a, b) => confidenceOf(run, b) - confidenceOf(run, a));
