using System.Net.Http.Headers;
using System.Text.Json;
using Hrm.Samples.SolverService;
using Hrm.TestKit;
using Microsoft.AspNetCore.Builder;

namespace Hrm.Fuzz.Targets;

/// <summary>Bodies of requests to the sample SolverService, sent over the loopback interface.</summary>
internal sealed class ServiceTarget : IDisposable
{
    private const string Name = "body.json";

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _service;
    private readonly HttpClient _client;

    private ServiceTarget()
    {
        using (var model = TinyModel.Create(TinyModel.Config with { SequenceLength = 16, VocabularySize = 6, PuzzleEmbeddingWidth = 0 }))
        {
            model.Save(_folder.Path);
        }

        _service = ServiceApplication.Create([
            "--model", _folder.Path, "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None", "--Solver:Limits:Rule", "Never", "--Solver:Limits:MaxSegments", "1",
            "--Thinking:Symmetries", "2", "--Thinking:Evaluations", "8",
        ]);
        _service.StartAsync().GetAwaiter().GetResult();
        _client = new HttpClient { BaseAddress = new Uri(_service.Urls.Single()) };
    }

    public static FuzzTarget Create()
    {
        var service = new ServiceTarget();
        return new FuzzTarget
        {
            Seeds = [FuzzSeed.Of(Name, """{"puzzle": "1234341221434321"}"""), FuzzSeed.Of(Name, """{"puzzle":"................"}""")],
            Tokens = ["puzzle", "think", "once", "vote", "hard", "1234341221434321", "................", "0", "4", "5", "{", "}", "\"", ":"],
            Read = folder => service.PostAsync(File.ReadAllBytes(Path.Combine(folder, Name))).GetAwaiter().GetResult(),
            Owned = [service],
        };
    }

    public void Dispose()
    {
        _client.Dispose();
        _service.StopAsync().GetAwaiter().GetResult();
        _service.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Dispose();
    }

    private async Task PostAsync(byte[] body)
    {
        foreach (var path in (string[])["/api/sudoku", "/api/sudoku/trace"])
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var response = await _client.PostAsync(path, content);
            var status = (int)response.StatusCode;
            FuzzTarget.Require(status is 200 or 400 or 413, $"200, 400 or 413, got {status}");
            if (status != 200)
            {
                using var problem = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
                FuzzTarget.Require(problem.RootElement.GetProperty("status").GetInt32() == status, "an error is problem details");
                throw new RefusedRequestException(status);
            }

            await response.Content.ReadAsByteArrayAsync();
        }
    }
}
