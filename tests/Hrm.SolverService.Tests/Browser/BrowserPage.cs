using System.Collections.Concurrent;
using PuppeteerSharp;
using PuppeteerSharp.Media;

namespace Hrm.SolverService.Tests;

/// <summary>The page of the service in a headless Chromium.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowser _browser;
    private readonly IPage _page;
    private readonly ConcurrentQueue<string> _errors = new();

    private BrowserPage(IBrowser browser, IPage page)
    {
        _browser = browser;
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

    public static async Task<BrowserPage> OpenAsync(Uri address)
    {
        var browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable(BrowserFactAttribute.Variable),
            DefaultViewport = new ViewPortOptions { Width = 1000, Height = 1400 },
            Args = ["--disable-gpu", "--disable-dev-shm-usage", .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>()], // Chromium as root requires it
        });
        var page = new BrowserPage(browser, await browser.NewPageAsync());
        await page._page.GoToAsync(address.ToString());
        await page.WaitAsync("!document.getElementById('solve').disabled");
        return page;
    }

    public Task<T> EvaluateAsync<T>(string expression) => _page.EvaluateExpressionAsync<T>(expression);

    public Task FocusAsync(string selector) => _page.FocusAsync(selector);

    /// <summary>Waits until a condition holds. Puppeteer's own wait needs <c>eval</c>, which the page's policy forbids.</summary>
    public async Task WaitAsync(string condition)
    {
        for (var i = 0; i < 300; i++)
        {
            if (await EvaluateAsync<bool>(condition))
            {
                return;
            }

            await Task.Delay(100);
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

    public async Task SaveScreenshotAsync(string path, string scheme)
    {
        await _page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme }]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await _page.ScreenshotAsync(path);
    }

    public ValueTask DisposeAsync() => _browser.DisposeAsync();
}
