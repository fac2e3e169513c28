using PuppeteerSharp;

namespace Hrm.SolverService.Tests;

/// <summary>One headless Chromium for all tests of the page; started by the first.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(BrowserFactAttribute.Variable) is { Length: > 0 } program)
        {
            _browser = await Puppeteer.LaunchAsync(new LaunchOptions
            {
                ExecutablePath = program,
                Args = ["--disable-gpu", "--disable-dev-shm-usage", .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>()], // Chromium as root requires it
            });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    /// <summary>Opens the page in a fresh profile and waits until it can be used.</summary>
    /// <param name="address">The address of the service, maybe with a fragment.</param>
    /// <param name="width">The width of the window; below 500 a phone's.</param>
    /// <param name="scheme">The colour scheme that the reader prefers.</param>
    /// <param name="moves">Whether the reader allows motion, so that the page plays by itself.</param>
    internal Task<BrowserPage> OpenAsync(Uri address, int width = 1000, string scheme = "light", bool moves = false)
        => BrowserPage.OpenAsync(_browser!, address, width, scheme, moves);
}
