// One picture, large: what each run says of it, where it looked, and what its label should be.
import { bytesOf, classes, labelOf, pictures, runs, SPLITS, topOf } from './data.js';
import { announce, bar, h, percent } from './dom.js';
import { markControls } from './marks.js';
import { shot } from './shots.js';

const dialog = document.getElementById('picture');
let list = [], at = 0;

export function openPicture(i, among) {
  list = among;
  at = among.indexOf(i);
  show();
  if (!dialog.open) dialog.showModal();
}

dialog.addEventListener('keydown', (event) => {
  if (event.target.tagName === 'SELECT' || event.target.type === 'range') return;
  if (event.key === 'ArrowLeft') step(-1);
  if (event.key === 'ArrowRight') step(1);
});
dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });

function step(by) {
  at = (at + by + list.length) % list.length;
  show();
}

// Jet, as plots have it.
function jet(x) {
  const along = (points) => {
    let k = 1;
    while (k + 1 < points.length && points[k][0] < x) ++k;
    const [x0, y0] = points[k - 1], [x1, y1] = points[k];
    return 255 * (y0 + ((x - x0) / (x1 - x0)) * (y1 - y0));
  };
  return [along([[0, 0], [0.35, 0], [0.66, 1], [0.89, 1], [1, 0.5]]), along([[0, 0], [0.125, 0], [0.375, 1], [0.64, 1], [0.91, 0], [1, 0]]),
    along([[0, 0.5], [0.11, 1], [0.34, 1], [0.65, 0], [1, 0]])];
}

// A map as a canvas that the browser brings to size. Null where nothing in it speaks for the class, or there is none.
function heat(maps, i) {
  if (!maps) return null;
  const { height, width } = maps, size = height * width;
  maps.bytes ??= bytesOf(maps.data);
  const values = maps.bytes.subarray(i * size, (i + 1) * size);
  if (values.length < size || values.every((v) => v === 0)) return null;
  const canvas = h('canvas', { width, height, 'aria-hidden': 'true' });
  const context = canvas.getContext('2d'), image = context.createImageData(width, height);
  values.forEach((value, k) => image.data.set([...jet(value / 255), 255], 4 * k));
  context.putImageData(image, 0, 0);
  return canvas;
}

// Why there is no map of picture i.
function noMap(i) {
  const maps = runs[0].predictions.maps;
  if (!maps || (i + 1) * maps.height * maps.width > maps.bytes.length) return 'No map was made of this picture.';
  return 'The map is zero: nothing in the last layer speaks for the class.';
}

function bars(r, i) {
  return h('div', { class: 'bars' }, ...topOf(r, i).flatMap(({ index, probability }) => {
    const truth = index === labelOf(i);
    return [h('span', { class: truth ? 'name truth' : 'name' }, classes[index], truth ? ' (label)' : ''), bar(probability), h('span', {}, percent(probability))];
  }));
}

function show() {
  const i = list[at];
  const maps = [];
  for (const r of runs) {
    const before = runs.length > 1 ? `${r.name}, ` : '';
    maps.push([`${before}where it saw ${classes[topOf(r, i)[0].index]}`, heat(r.predictions.maps, i)]);
    if (topOf(r, i)[0].index !== labelOf(i)) maps.push([`${before}where it would see ${classes[labelOf(i)]}`, heat(r.predictions.label_maps, i)]);
  }
  const view = h('div', { class: 'view' }, shot(i));
  const strength = h('input', { type: 'range', min: 0, max: 100, value: 45, 'aria-label': 'How strong the map lies over the picture', input: () => paint() });
  let overlay = null;
  const paint = () => { if (overlay) overlay.style.opacity = strength.value / 100; };
  const choose = (canvas) => {
    overlay?.remove();
    overlay = canvas;
    if (canvas) view.append(canvas);
    paint();
  };
  const select = h('select', { 'aria-label': 'Grad-CAM', change: () => choose(select.value === '' ? null : maps[Number(select.value)][1]) },
    h('option', { value: '' }, 'the picture alone'),
    ...maps.map(([words, canvas], k) => (canvas ? h('option', { value: k }, `Grad-CAM: ${words}`) : null)).filter(Boolean));
  const has = maps.some(([, canvas]) => canvas);
  if (maps[0]?.[1]) {
    select.value = '0';
    choose(maps[0][1]);
  }
  dialog.replaceChildren(
    h('div', { class: 'row' }, h('h2', { id: 'picture-title', style: 'margin:0;flex:1;overflow-wrap:anywhere' }, `Label ${classes[labelOf(i)]}`),
      h('button', { type: 'button', 'aria-label': 'Previous picture', click: () => step(-1) }, '←'),
      h('span', { class: 'faint small' }, `${at + 1} of ${list.length}`),
      h('button', { type: 'button', 'aria-label': 'Next picture', click: () => step(1) }, '→'),
      h('button', { type: 'button', 'aria-label': 'Close', click: () => dialog.close() }, '✕')),
    h('p', { class: 'faint small', style: 'overflow-wrap:anywhere' }, `${pictures.name[i]} (${SPLITS[pictures.split[i]]})`),
    h('div', { class: 'detail' },
      h('div', {}, view, has ? h('p', { class: 'small', style: 'margin-top:.75rem' }, select, ' ', strength) : h('p', { class: 'faint small' }, noMap(i))),
      h('div', {}, ...runs.flatMap((r) => [runs.length > 1 ? h('h3', {}, r.name) : null, bars(r, i)]), h('h3', {}, 'Is the label right?'), markControls(i))));
  announce(`Picture ${at + 1} of ${list.length}: label ${classes[labelOf(i)]}, predicted ${classes[topOf(runs[0], i)[0].index]}`);
}
