using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hrm.TestKit;

namespace Hrm.SolverService.Tests;

/// <summary>A page in a headless Chromium, with a keyboard.</summary>
internal sealed partial class BrowserPage : IAsyncDisposable
{
    private readonly TemporaryFolder _profile;
    private readonly Process _process;
    private readonly DevTools _tools;

    private BrowserPage(TemporaryFolder profile, Process process, DevTools tools)
    {
        _profile = profile;
        _process = process;
        _tools = tools;
    }

    /// <summary>Errors in the console and the log of the page.</summary>
    public IEnumerable<string> Errors => _tools.Events.Where(IsError).Select(message => message.ToString());

    public static async Task<BrowserPage> OpenAsync(Uri address)
    {
        var profile = new TemporaryFolder();
        var process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable(BrowserFactAttribute.Variable)!,
            [
                "--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--window-size=1000,1400",
                "--remote-debugging-port=0", $"--user-data-dir={profile.Path}",
                .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>(), // Chromium as root requires it
                "about:blank",
            ])
        { RedirectStandardError = true })!;
        var port = await PortAsync(process);
        _ = process.StandardError.ReadToEndAsync();
        using var client = new HttpClient();
        var targets = JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list")));
        var target = targets.EnumerateArray().First(entry => entry.GetProperty("type").GetString() == "page");
        var page = new BrowserPage(profile, process, await DevTools.ConnectAsync(new Uri(target.GetProperty("webSocketDebuggerUrl").GetString()!)));
        foreach (var domain in (string[])["Runtime", "Log", "Page"])
        {
            await page._tools.SendAsync($"{domain}.enable");
        }

        await page._tools.SendAsync("Page.navigate", new { url = address });
        return page;
    }

    /// <summary>The value of an expression.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await _tools.SendAsync("Runtime.evaluate", new { expression, returnByValue = true });
        answer.TryGetProperty("exceptionDetails", out var error).Should().BeFalse($"{expression} gave {error}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    public async Task WaitAsync(string condition)
    {
        for (var i = 0; i < 300; i++)
        {
            if (await EvaluateAsync(condition) is { ValueKind: JsonValueKind.True })
            {
                return;
            }

            await Task.Delay(100);
        }

        var text = await EvaluateAsync("document.body.innerText");
        throw new TimeoutException($"expected {condition} within 30 s, got a page with: {text}");
    }

    /// <summary>Presses a key that enters no text.</summary>
    public async Task PressAsync(string key)
    {
        var text = key == "Enter" ? "\r" : key == " " ? " " : null;
        var code = key switch { "Enter" => 13, " " => 32, "Tab" => 9, "Home" => 36, "ArrowRight" => 39, "ArrowDown" => 40, _ => 0 };
        await _tools.SendAsync("Input.dispatchKeyEvent", new { type = text is null ? "rawKeyDown" : "keyDown", key, text, windowsVirtualKeyCode = code });
        await _tools.SendAsync("Input.dispatchKeyEvent", new { type = "keyUp", key, windowsVirtualKeyCode = code });
    }

    public Task TypeAsync(string text) => _tools.SendAsync("Input.insertText", new { text });

    public async Task SaveScreenshotAsync(string path, string scheme)
    {
        await _tools.SendAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = scheme } } });
        var picture = await _tools.SendAsync("Page.captureScreenshot", new { format = "png" });
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, picture.GetProperty("data").GetBytesFromBase64());
    }

    public async ValueTask DisposeAsync()
    {
        await _tools.SendAsync("Browser.close");
        await _tools.DisposeAsync();
        using (_process)
        {
            await _process.WaitForExitAsync();
        }

        _profile.Dispose();
    }

    private static async Task<int> PortAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await process.StandardError.ReadLineAsync(patience.Token) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                return int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException("expected Chromium to say its port, got its end");
    }

    private static bool IsError(JsonElement message) => message.GetProperty("method").GetString() switch
    {
        "Runtime.exceptionThrown" => true,
        "Runtime.consoleAPICalled" => message.GetProperty("params").GetProperty("type").GetString() is "error" or "warning",
        "Log.entryAdded" => message.GetProperty("params").GetProperty("entry").GetProperty("level").GetString() is "error" or "warning",
        _ => false,
    };

    [GeneratedRegex(@"DevTools listening on ws://127\.0\.0\.1:(\d+)/")]
    private static partial Regex Listening();
}
