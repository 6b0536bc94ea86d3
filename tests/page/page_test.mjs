// The report page in a real browser: every interaction, no error, no request that leaves the page, no serious finding of
// axe-core in either theme.
//   node page_test.mjs PROGRAM CHROMIUM FOLDER
// FOLDER is an empty one to work in; node finds playwright-core and axe-core where NODE_PATH or its own rules say.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [program, chromium, folder, modules] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'any.js'));
const playwright = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const CLASSES = ['blue <b>', 'green', 'red, bright'];
const SIDE = 16;

// A picture of one colour with noise that a seed tells.
function picture(file, colour, seed) {
  const pixels = Buffer.alloc(3 * SIDE * SIDE);
  for (let i = 0; i < pixels.length; ++i) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    pixels[i] = (i % 3 === 2 - colour ? 150 : 60) + (seed >> 16) % 80;
  }
  fs.writeFileSync(file, Buffer.concat([Buffer.from(`P6\n${SIDE} ${SIDE}\n255\n`), pixels]));
}

// Folders of pictures; some of the training pictures lie in the wrong one.
const swapped = [];
function makeData() {
  for (const [split, count] of [['train', 24], ['test', 8]])
    CLASSES.forEach((name, c) => {
      fs.mkdirSync(path.join(folder, 'data', split, name), { recursive: true });
      for (let i = 0; i < count; ++i) {
        const wrong = split === 'train' && i < 2, to = wrong ? CLASSES[(c + 1) % 3] : name;
        const file = path.join(folder, 'data', split, to, `${split}-${c}-${i}.ppm`);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        picture(file, c, 1000 * c + i + (split === 'test' ? 500 : 0));
        if (wrong) swapped.push(file);
      }
    });
}

const net = { name: 'small', input_shape: [SIDE, SIDE, 3], layers: [{ Conv2D: { filters: 6, kernel_size: 3, activation: 'relu' } },
  { MaxPooling2D: {} }, { Conv2D: { filters: 8, kernel_size: 3, activation: 'relu' } }, { GlobalAveragePooling2D: {} }, { Dense: { units: 3, activation: 'softmax' } }] };
const fovea = (...words) => execFileSync(program, words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

makeData();
fs.writeFileSync(path.join(folder, 'net.json'), JSON.stringify(net));
const train = ['train', 'net.json', '--data', 'data', '--image-size', String(SIDE), '--epochs', '12', '--batch-size', '8', '--learning-rate', '0.01', '--validation-split', '0.15'];
fovea(...train, '--name', 'one', '--report');
fovea(...train, '--name', 'two', '--seed', '5', '--epochs', '1');
fovea('report', 'runs/train/one', 'runs/train/two', '--out', 'both.html');

fs.writeFileSync(path.join(folder, 'space.json'), JSON.stringify({ model: 'net.json', parameters: { learning_rate: { type: 'float', min: 0.001, max: 0.1, sampling: 'log' }, optimizer: { type: 'choice', values: ['adam', 'sgd'] } } }));
fovea('tune', 'space.json', '--data', 'data', '--image-size', String(SIDE), '--algorithm', 'random', '--trials', '6', '--max-epochs', '1', '--name', 'search');
fovea('report', 'runs/tune/search');

const browser = await playwright.chromium.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
const troubles = [];

async function open(file) {
  const page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) troubles.push(message.text()); });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('request', (request) => { if (!/^(file|blob|data):/.test(request.url())) troubles.push(`request of ${request.url()}`); });
  await page.goto(`file://${path.join(folder, file)}`);
  await page.waitForSelector('html[data-ready]');
  return page;
}

async function serious(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return result.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).slice(0, 3).join(' | ')}`);
}

let page;
const tests = [];
const test = (name, body) => tests.push([name, body]);

test('tells the run at its head', async () => {
  page = await open('runs/train/one/report.html');
  assert.equal(await page.textContent('h1'), 'one');
  assert.match(await page.textContent('header'), /24 pictures of the test split, 3 classes/);
  assert.ok(await page.locator('.u-wrap canvas').count() >= 2, 'curves are drawn');
});

test('opens the pictures of a cell of the matrix', async () => {
  await page.click('[data-truth="1"][data-predicted="1"]');
  assert.match(await page.textContent('#cell h3'), /green, recognised/);
  assert.ok(await page.locator('#cell [data-picture]').count() > 0);
  const image = await page.locator('#cell .shot').first().evaluate((element) => getComputedStyle(element).backgroundImage);
  assert.match(image, /^url\("blob:/);
});

test('moves in the matrix by keys', async () => {
  await page.focus('[data-truth="1"][data-predicted="1"]');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  assert.deepEqual(await page.evaluate(() => ({ ...document.activeElement.dataset })), { truth: '0', predicted: '2' });
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.truth), '0', 'stays inside');
  await page.keyboard.press('Enter');
  assert.match(await page.textContent('#cell h3'), /blue <b>, taken for red, bright/);
});

test('shows percent of the true class', async () => {
  await page.click('text=Percent of the true class');
  const cells = await page.$$eval('[data-truth="0"]', (buttons) => buttons.map((b) => Number(b.textContent || 0)));
  assert.ok(Math.abs(cells.reduce((a, b) => a + b) - 100) <= 2, `a row is a whole (got ${cells})`);
  await page.click('text=Counts');
});

test('finds pairs by words', async () => {
  await page.fill('input[type=search]', 'no such class');
  assert.match(await page.textContent('#matrix'), /No such pair/);
  await page.fill('input[type=search]', '');
});

test('shows one picture with its probabilities and its map', async () => {
  await page.click('[data-truth="1"][data-predicted="1"]');
  await page.locator('#cell [data-picture]').first().click();
  assert.ok(await page.isVisible('dialog[open]'));
  assert.equal(await page.locator('dialog .bars .bar').count(), 3);
  const widths = await page.$$eval('dialog .bars .bar', (bars) => bars.map((b) => b.firstChild.getBoundingClientRect().width / b.getBoundingClientRect().width));
  assert.ok(widths[0] > widths[1], 'bars are as long as probabilities');
  assert.equal(await page.locator('dialog .view canvas').count(), 1, 'the map lies over the picture');
  await page.locator('dialog input[type=range]').fill('80');
  assert.equal(await page.locator('dialog .view canvas').evaluate((c) => c.style.opacity), '0.8');
  await page.selectOption('dialog select[aria-label="Grad-CAM"]', '');
  assert.equal(await page.locator('dialog .view canvas').count(), 0);
  const before = await page.textContent('dialog p.faint');
  await page.focus('dialog button[aria-label="Close"]');
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await page.textContent('dialog p.faint'), before);
});

test('has no serious accessibility finding with a picture open', async () => assert.deepEqual(await serious(page), []));

test('closes by Escape', async () => {
  await page.keyboard.press('Escape');
  assert.ok(!(await page.isVisible('dialog[open]')));
});

test('sorts classes by a figure', async () => {
  const column = () => page.$$eval('#classes tbody tr', (rows) => rows.map((row) => Number(row.children[1].textContent)));
  await page.click('#classes th button:has-text("precision")');
  const down = await column();
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  await page.click('#classes th button:has-text("precision")');
  assert.deepEqual(await column(), [...down].sort((a, b) => a - b));
});

test('suggests labels that were swapped', async () => {
  const found = await page.$$eval('#labels [data-picture]', (buttons) => buttons.map((b) => b.title));
  const right = swapped.filter((file) => found.some((label) => label === file));
  assert.ok(right.length >= swapped.length / 2, `most swapped labels are doubted (got ${right.length} of ${swapped.length})`);
});

test('keeps marks across reloads and writes them into a manifest that is trained on', async () => {
  await page.click('#take-suggestions');
  const words = await page.textContent('#marks p');
  assert.match(words, /label.? changed/);
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  assert.equal(await page.textContent('#marks p'), words);
  await page.locator('#mistakes [data-picture], #labels [data-picture]').first().click();
  await page.selectOption('dialog select[aria-label^="The label"]', '-1');
  await page.keyboard.press('Escape');
  assert.match(await page.textContent('#marks p'), /1 picture removed/);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')]);
  const csv = path.join(folder, 'relabelled.csv');
  await download.saveAs(csv);
  const lines = fs.readFileSync(csv, 'utf8').trim().split('\n');
  assert.equal(lines[0], 'path,label,split');
  assert.equal(lines.length - 1, 3 * (24 + 8) - 1, 'every picture but the removed one');
  const result = JSON.parse(fovea('train', 'net.json', '--data', 'relabelled.csv', '--image-size', String(SIDE), '--epochs', '1', '--name', 'again', '--json'));
  assert.equal(result.epochs.length, 1);
});

test('forgets marks', async () => {
  await page.click('text=Forget all marks');
  assert.match(await page.textContent('#marks p'), /Nothing is marked/);
  assert.ok(await page.isDisabled('#export'));
});

test('turns dark and stays readable', async () => {
  assert.deepEqual(await serious(page), [], 'light');
  await page.click('header button:has-text("Dark")');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  assert.deepEqual(await serious(page), [], 'dark');
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark', 'is remembered');
  await page.click('header button:has-text("Light")');
});

test('fits a phone', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForTimeout(100);
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= width, `nothing is wider than the screen (got ${content}, expected ${width})`);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test('prints', async () => assert.ok((await page.pdf()).length > 10000));

test('says what runs say together', async () => {
  const both = await open('both.html');
  assert.match(await both.textContent('#ensemble'), /mean of all/);
  assert.equal(await both.locator('#ensemble tbody tr').count(), 3 + 2);
  await both.close();
});

test('shows a search', async () => {
  const study = await open('runs/tune/search/report.html');
  assert.match(await study.textContent('#study'), /6 trials/);
  assert.equal(await study.locator('#study [aria-label="Parallel coordinates"] path:not(.axis)').count(), 6);
  await study.click('#study summary');
  assert.equal(await study.locator('#study tbody tr').count(), 6);
  assert.deepEqual(await serious(study), []);
  await study.close();
});

test('compares runs', async () => {
  await page.close();
  page = await open('both.html');
  assert.match(await page.textContent('#compare'), /Settings that differ/);
  assert.equal(await page.locator('#compare thead th').first().textContent(), '');
  await page.click('#compare button:has-text("two right, one wrong")');
  assert.match(await page.textContent('#compare'), /two is right, one is wrong/);
  assert.deepEqual(await serious(page), []);
});

let failed = 0;
for (const [name, body] of tests) {
  try {
    await body();
    console.log(`ok      ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}\n        ${error.message.split('\n').join('\n        ')}`);
  }
}
await browser.close();
for (const trouble of troubles) console.log(`TROUBLE ${trouble}`);
process.exit(failed > 0 || troubles.length > 0 ? 1 : 0);
