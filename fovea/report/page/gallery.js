// Pictures side by side; some at first, more when asked.
import { classes, confidenceOf, isWrong, labelOf, pictures, predictedOf } from './data.js';
import { h, percent, plural } from './dom.js';
import { markOf, markWords, onMark } from './marks.js';
import { openPicture } from './picture.js';
import { shot } from './shots.js';

const AT_ONCE = 24;

// What is wrong with a picture, in words; empty where nothing is.
const mistake = (i, r) => (isWrong(r, i) ? `label ${classes[labelOf(i)]}` : '');

function item(i, r, list, told) {
  const words = h('span', { class: 'words' });
  const write = () => {
    const mark = markOf(i);
    words.replaceChildren(h('span', { class: isWrong(r, i) ? 'wrong' : 'right' }, classes[predictedOf(r, i)]), ` ${percent(confidenceOf(r, i), 0)}`,
      ...(told(i, r) ? [h('br'), told(i, r)] : []), ...(mark ? [h('br'), h('span', { class: 'marked' }, markWords(mark))] : []));
  };
  write();
  onMark((changed) => { if (changed === i || changed < 0) write(); });
  return h('li', {}, h('button', {
    type: 'button', 'data-picture': i,
    title: pictures.name[i],
    click: () => openPicture(i, list),
  }, shot(i), words));
}

export function gallery(list, r, told = mistake) {
  if (list.length === 0) return h('p', { class: 'faint' }, 'No pictures.');
  const places = h('ul', { class: 'gallery' });
  let shown = 0;
  const more = h('button', { type: 'button', class: 'controls', click: () => show() });
  const show = () => {
    places.append(...list.slice(shown, shown + AT_ONCE).map((i) => item(i, r, list, told)));
    shown = Math.min(shown + AT_ONCE, list.length);
    more.textContent = `Show more (${plural(list.length - shown, 'picture')} left)`;
    more.hidden = shown >= list.length;
  };
  show();
  return h('div', {}, places, h('p', {}, more));
}
