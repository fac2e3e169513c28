using System.Collections.Concurrent;
using Hrm.TestKit;
using PuppeteerSharp;
using PuppeteerSharp.Media;
using PuppeteerSharp.PageAccessibility;

namespace Hrm.SolverService.Tests;

/// <summary>The page of the service in a headless Chromium.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly IPage _page;
    private readonly ConcurrentQueue<string> _errors = new();

    private BrowserPage(IBrowserContext context, IPage page)
    {
        _context = context;
        _page = page;
        _page.PageError += (_, error) => _errors.Enqueue($"{error.Message}");
        _page.Console += (_, entry) =>
        {
            if (entry.Message.Type is ConsoleType.Error or ConsoleType.Warning)
            {
                _errors.Enqueue(entry.Message.Text);
            }
        };
    }

    /// <summary>Errors and warnings of the page.</summary>
    public IEnumerable<string> Errors => _errors;

    public static async Task<BrowserPage> OpenAsync(IBrowser browser, Uri address, int width, string scheme, bool moves)
    {
        var context = await browser.CreateBrowserContextAsync();
        var page = new BrowserPage(context, await context.NewPageAsync());
        await page._page.SetViewportAsync(new ViewPortOptions { Width = width, Height = width < 500 ? 740 : 1100, IsMobile = width < 500 });
        await page._page.EmulateMediaFeaturesAsync([
            new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme },
            new MediaFeatureValue { MediaFeature = MediaFeature.PrefersReducedMotion, Value = moves ? "no-preference" : "reduce" }]);
        await page._page.GoToAsync(address.ToString());
        await page.WaitAsync("!document.getElementById('play').disabled");
        return page;
    }

    /// <summary>The text of an element.</summary>
    public Task<string> TextAsync(string id) => EvaluateAsync<string>($"document.getElementById('{id}').textContent");

    /// <summary>The roles, names and values of the page, as a screen reader gets them.</summary>
    public async Task<IEnumerable<SerializedAXNode>> AccessibleNodesAsync()
    {
        return Descendants(await _page.Accessibility.SnapshotAsync());

        static IEnumerable<SerializedAXNode> Descendants(SerializedAXNode node)
            => node.Children is null ? [node] : node.Children.SelectMany(Descendants).Prepend(node);
    }

    public Task<T> EvaluateAsync<T>(string expression) => _page.EvaluateExpressionAsync<T>(expression);

    public Task FocusAsync(string selector) => _page.FocusAsync(selector);

    /// <summary>Waits until a condition holds. Puppeteer's own wait needs <c>eval</c>, which the page's policy forbids.</summary>
    public async Task WaitAsync(string condition)
    {
        for (var i = 0; i < 1500; i++)
        {
            if (await EvaluateAsync<bool>(condition))
            {
                return;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"expected {condition} within 30 s, got a page with: {await EvaluateAsync<string>("document.body.innerText")}");
    }

    public async Task PressAsync(params IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            await _page.Keyboard.PressAsync(key);
        }
    }

    public Task ClickAsync(string selector) => _page.ClickAsync(selector);

    public async Task SaveScreenshotAsync(string name)
    {
        var path = RepositoryFolder.Combine("artifacts", "browser", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await _page.ScreenshotAsync(path, new ScreenshotOptions { FullPage = true });
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
