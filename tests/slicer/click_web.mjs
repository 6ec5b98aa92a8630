// click_web.mjs URL - a real mouse on a page in headless Chromium
//
// Lines on stdin: "click X,Y" (fractions of the window), "picture FILE",
// "quit"; each is answered by "done ...". Needs playwright-core (PLAYWRIGHT
// names its folder) and a chromium (CHROMIUM, else Debian's).
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { chromium } = createRequire(import.meta.url)(
  process.env.PLAYWRIGHT || 'playwright-core');
const url = process.argv[2];
const size = { width: 1200, height: 800 };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader'],
});
const page = await browser.newPage({ viewport: size });
for (let tries = 60; ; tries--) {
  try {
    await page.goto(url);
    break;
  } catch (error) { // the server is not up yet
    if (tries === 0) throw error;
    await page.waitForTimeout(1000);
  }
}
console.log('open');

for await (const line of createInterface({ input: process.stdin })) {
  const [word, rest] = line.split(' ', 2);
  if (word === 'click') {
    const [x, y] = rest.split(',').map(Number);
    await page.mouse.move(x * size.width, y * size.height);
    await page.waitForTimeout(500);
    await page.mouse.click(x * size.width, y * size.height);
  } else if (word === 'picture') {
    await page.screenshot({ path: rest });
  } else {
    break;
  }
  console.log('done ' + line);
}
await browser.close();
