// Several runs beside each other: figures, settings that differ, pictures that one gets right and another wrong.
import { isWrong, reported, runs } from './data.js';
import { choice, figure, grouped, h, percent, section, table } from './dom.js';
import { gallery } from './gallery.js';

export function compare() {
  if (runs.length < 2) return null;
  const names = runs.map((r) => r.name);
  const figures = [['accuracy', (r) => percent(r.figures.accuracy, 2)], ['top-5', (r) => percent(r.figures.top5, 2)], ['loss', (r) => figure(r.figures.loss)],
    ['macro F1', (r) => figure(r.report.macro[2])], ['calibration error', (r) => percent(r.calibration.ece, 2)], ['parameters', (r) => grouped(r.model.parameters)],
    ['chosen epoch', (r) => (r.best_epoch > 0 ? r.best_epoch : '–')], ['training time', (r) => r.time]];
  const keys = [...new Set(runs.flatMap((r) => Object.keys(r.settings)))].filter((key) => new Set(runs.map((r) => r.settings[key] ?? '')).size > 1);
  const held = h('div');
  const pairs = runs.flatMap((_, a) => runs.map((_, b) => [a, b])).filter(([a, b]) => a !== b);
  const show = ([a, b]) => {
    const list = reported.filter((i) => !isWrong(runs[a], i) && isWrong(runs[b], i));
    held.replaceChildren(h('p', { class: 'faint' }, `${grouped(list.length)} pictures of this page: ${names[a]} is right, ${names[b]} is wrong.`), gallery(list, runs[b]));
  };
  show(pairs[0]);
  return section('compare', 'Runs compared', table(`Of the ${runs[0].split} split.`, ['', ...names], figures.map(([words, of]) => [words, ...runs.map(of)])),
    keys.length > 0 ? table('Settings that differ.', ['', ...names], keys.map((key) => [key, ...runs.map((r) => r.settings[key] ?? '–')])) : h('p', {}, 'Their settings are the same.'),
    h('h3', {}, 'Right here, wrong there'), choice('Which runs', pairs.map((pair) => [pair, `${names[pair[0]]} right, ${names[pair[1]]} wrong`]), pairs[0], show), held);
}
