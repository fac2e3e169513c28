using System.Net.Http.Json;
using System.Text.Json;
using Hrm.Core;
using Hrm.Samples.SolverService;
using Hrm.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Hrm.SolverService.Tests;

/// <summary>The service with a tiny model, listening on a port of the loopback interface.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    /// <summary>Settings with which a puzzle stays in the batch until its client disconnects.</summary>
    public static readonly string[] Endless = ["--Solver:Limits:MaxSegments", "65536"];

    private readonly TemporaryFolder _folder;
    private readonly WebApplication _app;

    private RunningService(TemporaryFolder folder, WebApplication app)
    {
        _folder = folder;
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public HrmSolver Solver => _app.Services.GetRequiredService<HrmSolver>();

    public static Task<RunningService> StartAsync(HrmConfig config, params string[] settings) => StartAsync(config, card: null, settings);

    /// <summary>Starts the service with a model that has a card.</summary>
    public static async Task<RunningService> StartAsync(HrmConfig config, byte[]? card, params string[] settings)
    {
        var folder = new TemporaryFolder();
        TinyModels.Save(config, folder.Path);
        if (card is not null)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.Path, "README.md"), card);
        }

        string[] always = ["--model", folder.Path, "--Solver:Limits:Rule", "Never", "--Solver:Limits:MaxSegments", "3"];
        return await StartAsync(folder, [.. always, .. settings]);
    }

    /// <summary>Starts the service with the model that comes with the samples.</summary>
    public static Task<RunningService> StartWithDefaultsAsync(params string[] settings) => StartAsync(new TemporaryFolder(), settings);

    public async Task<JsonElement> GetModelAsync() => JsonSerializer.Deserialize<JsonElement>(await Client.GetStringAsync("/api/model"));

    public Task<HttpResponseMessage> PostAsync(string path, string puzzle, CancellationToken cancellationToken = default)
        => SendAsync(path, new { puzzle }, HttpCompletionOption.ResponseContentRead, cancellationToken);

    public Task<HttpResponseMessage> PostThinkAsync(string path, string puzzle, string think, CancellationToken cancellationToken = default)
        => SendAsync(path, new { puzzle, think }, HttpCompletionOption.ResponseContentRead, cancellationToken);

    public async Task<JsonElement> ThinkAsync(string path, string puzzle, string think)
    {
        using var response = await PostThinkAsync(path, puzzle, think);
        response.IsSuccessStatusCode.Should().BeTrue();
        return await response.ReadJsonAsync();
    }

    /// <summary>Traces a puzzle to the maximum.</summary>
    public async Task<JsonElement[]> TraceUntilMaximumAsync(string path, string puzzle)
    {
        using var response = await SendAsync(path, new { puzzle, untilMaximum = true }, HttpCompletionOption.ResponseHeadersRead, default);
        return await response.ReadEventsAsync().Select(item => item.Data).ToArrayAsync();
    }

    /// <summary>Posts a puzzle and returns when the headers of the response have arrived.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, string puzzle, CancellationToken cancellationToken = default)
        => SendAsync(path, new { puzzle }, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>Waits until a condition holds.</summary>
    public static async Task Eventually(Func<bool> holds)
    {
        for (var i = 0; i < 2000 && !holds(); i++)
        {
            await Task.Delay(10);
        }

        holds().Should().BeTrue();
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<RunningService> StartAsync(TemporaryFolder folder, string[] settings)
    {
        var app = ServiceApplication.Create(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None", .. settings]);
        await app.StartAsync();
        return new RunningService(folder, app);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, object body, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await Client.SendAsync(request, completion, cancellationToken);
    }
}
