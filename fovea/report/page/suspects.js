// Mistakes that the model is sure of, and labels that it doubts.
import { classes, data, labelOf, run } from './data.js';
import { h, plural, section } from './dom.js';
import { gallery } from './gallery.js';
import { mistakes } from './matrix.js';
import { mark, markOf } from './marks.js';

export function confidentMistakes() {
  const list = mistakes();
  return section('mistakes', 'Most confident mistakes', h('p', { class: 'faint' }, `Of the ${run.split} split, the surest first.`), gallery(list, run));
}

export function labelErrors() {
  if (!run.label_errors) return null;
  const { pictures: list, suggested, found, splits } = run.label_errors;
  const suggestion = new Map(list.map((i, k) => [i, suggested[k]]));
  const trained = list.some((i) => data.pictures.split[i] === 0);
  const take = h('button', { type: 'button', id: 'take-suggestions', click: () => list.forEach((i) => { if (!markOf(i)) mark(i, suggestion.get(i)); }) }, `Take all ${plural(list.length, 'suggestion')}`);
  return section('labels', 'Probable label errors',
    h('p', {}, `${plural(found, 'picture')} of ${splits > 1 ? 'all splits' : `the ${run.split} split`} whose label the model contradicts with confidence`, found > list.length ? `; the first ${list.length} are here` : '', '. ',
      h('span', { class: 'faint' }, 'Method: confident learning (Northcutt et al. 2021): a label is doubted where another class is at least as probable as it is on average for the pictures that bear its label; the largest margin comes first.')),
    trained ? h('p', { class: 'note' }, 'The model was trained on some of these labels, so it has learned part of them: what it still contradicts is the more suspect.') : null,
    run.figures.accuracy < 0.9 && list.length > 0 ? h('p', { class: 'note' }, 'The model is wrong too often to be believed at once: many of these are its own mistakes. Look at them before you take them.') : null,
    list.length > 0 ? h('div', { class: 'row controls' }, take) : null, gallery(list, run, (i) => `label ${classes[labelOf(i)]}, suggested ${classes[suggestion.get(i)]}`));
}
