// What the reader says of labels: wrong, and which is right, or that a picture should go. Kept by the browser, and written out
// as a manifest that the program trains on.
import { classes, data, pictures, run, SPLITS } from './data.js';
import { h, plural, section } from './dom.js';
import { keep, recall } from './theme.js';

const KEY = `fovea-marks-${run.key}`;
const REMOVE = -1;
const marks = new Map(Object.entries(JSON.parse(recall(KEY) ?? '{}')).map(([name, mark]) => [name, mark]));
const listeners = [];
export const onMark = (listener) => listeners.push(listener);

export const markOf = (i) => marks.get(pictures.name[i]) ?? null;
export const markWords = (mark) => (mark.to === REMOVE ? 'removed' : `→ ${classes[mark.to]}`);

// to: a class, REMOVE, or null for no mark.
export function mark(i, to) {
  if (to === null) marks.delete(pictures.name[i]);
  else marks.set(pictures.name[i], { to, split: pictures.split[i], label: pictures.label[i] });
  changed(i);
}
function changed(i) {
  keep(KEY, JSON.stringify(Object.fromEntries(marks)));
  listeners.forEach((listener) => listener(i));
}

const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// The whole data set with the marks applied, path,label,split; of data without files only the marked pictures.
export function manifest() {
  const lines = ['path,label,split'];
  if (data.files) {
    data.files.names.forEach((name, k) => {
      const marked = marks.get(data.files.folder + name);
      if (marked?.to === REMOVE) return;
      lines.push([data.files.folder + name, classes[marked ? marked.to : data.files.labels[k]], SPLITS[data.files.splits[k]]].map(quoted).join(','));
    });
  } else {
    for (const [name, marked] of marks) lines.push([name, marked.to === REMOVE ? '' : classes[marked.to], SPLITS[marked.split]].map(quoted).join(','));
  }
  return `${lines.join('\n')}\n`;
}

function save() {
  const url = URL.createObjectURL(new Blob([manifest()], { type: 'text/csv' }));
  const link = h('a', { href: url, download: data.files ? 'relabelled.csv' : 'corrections.csv' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// The choice that stands beside a picture.
export function markControls(i) {
  const current = markOf(i);
  const select = h('select', {
    'aria-label': 'The label is wrong; the right class',
    change: () => mark(i, select.value === '' ? null : Number(select.value)),
  },
  h('option', { value: '' }, 'label is right'),
  ...classes.map((name, c) => (c === pictures.label[i] ? null : h('option', { value: c }, `label is wrong → ${name}`))).filter(Boolean),
  h('option', { value: REMOVE }, 'remove the picture'));
  select.value = current ? String(current.to) : '';
  return select;
}

export function markPanel() {
  const words = h('p', {});
  const exported = h('button', { type: 'button', id: 'export', click: save }, data.files ? 'Export the manifest (CSV)' : 'Export the corrections (CSV)');
  const clear = h('button', { type: 'button', click: () => { marks.clear(); changed(-1); } }, 'Forget all marks');
  const write = () => {
    const removed = [...marks.values()].filter((m) => m.to === REMOVE).length;
    words.textContent = marks.size === 0 ? 'Nothing is marked yet: open a picture and say which label is right, or that it should go.'
      : `${plural(marks.size - removed, 'label')} changed, ${plural(removed, 'picture')} removed. The browser keeps the marks with this page.`;
    exported.disabled = clear.disabled = marks.size === 0;
  };
  write();
  onMark(write);
  const use = data.files ? `fovea train ${run.model.name} --data relabelled.csv` : null;
  return section('marks', 'Corrected labels', words, h('div', { class: 'row controls' }, exported, clear),
    use ? h('p', { class: 'faint' }, 'The manifest names every picture of the data set with its label as it is or as it was corrected: ', h('code', {}, use), ' trains on it.')
      : h('p', { class: 'faint' }, 'These data are not files of their own: the export lists the marked pictures by their place in the data set.'));
}
