// What the model is and costs, and what is needed to make the run once more.
import { data, runs } from './data.js';
import { grouped, h, section } from './dom.js';

function list(entries) {
  return h('dl', { class: 'settings' }, ...Object.entries(entries).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, String(value)))));
}

export function models() {
  return section('model', 'Model', ...runs.flatMap((r) => [runs.length > 1 ? h('h3', {}, r.name) : null,
    h('p', {}, `${r.model.name}: ${grouped(r.model.parameters)} parameters, of which ${grouped(r.model.trainable)} train; ${r.model.cost}.`),
    h('details', {}, h('summary', {}, 'Layers'), h('pre', { tabindex: '0', role: 'region', 'aria-label': `Layers of ${r.name}` }, h('code', {}, r.model.summary)))]));
}

export function settings() {
  return section('settings', 'Settings', h('p', { class: 'faint' }, 'Enough to make the run once more:'),
    ...runs.flatMap((r) => [h('h3', {}, r.name), h('pre', { tabindex: '0', role: 'region', 'aria-label': `Command of ${r.name}` }, h('code', {}, r.command)), h('details', {}, h('summary', {}, 'Settings'), list(r.settings)),
      h('details', {}, h('summary', {}, 'Environment'), list(r.environment))]));
}

export const footer = () => h('footer', {}, `Made by ${data.made_by}. One file; it loads nothing and sends nothing.`);
