using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Hrm.SolverService.Tests;

/// <summary>Reads the responses of the service.</summary>
internal static class JsonReading
{
    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage response)
        => JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());

    /// <summary>Checks that a response has problem details of a status, and returns them.</summary>
    public static async Task<JsonElement> ReadProblemAsync(this HttpResponseMessage response, int status)
    {
        ((int)response.StatusCode).Should().Be(status);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        response.Headers.GetValues("X-Content-Type-Options").Single().Should().Be("nosniff");
        var problem = await response.ReadJsonAsync();
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.GetProperty("title").GetString().Should().NotBeNullOrEmpty();
        return problem;
    }

    /// <summary>The events of a response as they arrive.</summary>
    public static async IAsyncEnumerable<(string Type, JsonElement Data)> ReadEventsAsync(this HttpResponseMessage response)
    {
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            yield return (item.EventType, JsonSerializer.Deserialize<JsonElement>(item.Data));
        }
    }
}
