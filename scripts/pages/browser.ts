import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findChromium } from './find-chromium.js';

const ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];
/** WCAG 2.2, levels A and AA, and what axe calls good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PATIENCE_MS = 30_000;

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** A real browser, with a fresh profile; what a page complains about is kept. */
export class TestBrowser implements AsyncDisposable {
  /** Errors of pages, and what their security policy refused. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly baseUrl: string,
    private readonly axe: string,
  ) {}

  static async open(baseUrl: string): Promise<TestBrowser> {
    const browser = await chromium.launch({
      executablePath: await findChromium(),
      args: ARGUMENTS,
      timeout: PATIENCE_MS,
    });
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    return new TestBrowser(browser, baseUrl, axe);
  }

  /** A page of somebody who has never been here. */
  async visit(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await this.browser.newContext({
      baseURL: this.baseUrl,
      locale: 'en-GB',
      timezoneId: 'UTC',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    return this.newPage(context, path);
  }

  /** What axe finds wrong with a page as it stands, in light and in dark colours. */
  async violations(page: Page): Promise<string[]> {
    await page.emulateMedia({ colorScheme: 'light' });
    const inLight = await this.axeFinds(page, RULES);
    await page.emulateMedia({ colorScheme: 'dark' });
    return [...inLight, ...(await this.axeFinds(page, ['color-contrast']))];
  }

  private async axeFinds(page: Page, rules: readonly string[]): Promise<string[]> {
    // In a world of its own: the page's security policy lets nothing be added to the page itself.
    const session = await page.context().newCDPSession(page);
    const { frameTree } = await session.send('Page.getFrameTree');
    const world = { frameId: frameTree.frame.id, worldName: 'axe' };
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', world);
    await session.send('Runtime.evaluate', { contextId, expression: this.axe });
    const expression = `axe.run(document, { runOnly: ${JSON.stringify(rules)} })`;
    const answer = await session.send('Runtime.evaluate', {
      contextId,
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (answer.exceptionDetails) throw new Error(`axe failed: ${JSON.stringify(answer.exceptionDetails)}`);
    const { violations } = answer.result.value as AxeResults;
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
    );
  }

  private async newPage(context: BrowserContext, path: string): Promise<Page> {
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // A refused request is an answer, and the page says so itself.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(message.text());
    });
    await page.goto(path);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}
