// Puts the page together.
import { footer, models, settings } from './about.js';
import { calibration } from './calibration.js';
import { compare } from './compare.js';
import { curves } from './curves.js';
import { data, run } from './data.js';
import { ensemble } from './ensemble.js';
import { figure, figures, h, percent, plural } from './dom.js';
import { markPanel } from './marks.js';
import { matrix } from './matrix.js';
import { scores } from './scores.js';
import { search } from './study.js';
import { confidentMistakes, labelErrors } from './suspects.js';
import { themeButton } from './theme.js';

function head() {
  const shown = [['accuracy', percent(run.figures.accuracy, 2)], ['top-5', percent(run.figures.top5, 2)], ['loss', figure(run.figures.loss)],
    ['macro F1', figure(run.report.macro[2])], ['calibration error', percent(run.calibration.ece)]];
  return h('div', { class: 'inner' }, h('div', { class: 'title' }, h('h1', {}, data.title), themeButton()),
    h('p', { class: 'faint', style: 'margin:0' }, `${run.model.name} on ${run.data.name}: ${plural(run.split_size, 'picture')} of the ${run.split} split, ${plural(data.classes.length, 'class', 'classes')}`,
      run.began ? h('span', { class: 'whole' }, `; trained ${run.began}`) : null),
    figures(shown),
    run.warning ? h('p', { class: 'note' }, run.warning) : null);
}

const sections = [search(), compare(), ensemble(), curves(), matrix(), scores(), confidentMistakes(), labelErrors(), markPanel(), calibration(), models(), settings()].filter(Boolean);
document.getElementById('top').append(head());
document.getElementById('top').after(h('nav', { 'aria-label': 'Parts of the report' }, h('div', { class: 'inner' },
  ...sections.map((part) => h('a', { href: `#${part.id}` }, part.querySelector('h2').textContent)))));
document.getElementById('main').replaceChildren(...sections, footer());
document.documentElement.dataset.ready = 'true';
