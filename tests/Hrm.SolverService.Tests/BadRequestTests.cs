using System.Net.Http.Headers;
using System.Text;

namespace Hrm.SolverService.Tests;

/// <summary>Invalid requests are answered with problem details that name the field.</summary>
public sealed class BadRequestTests
{
    private static readonly string Blanks = new('.', 81);

    public static TheoryData<string, string, string> BadSudokus => new()
    {
        { $$"""{"puzzle": "{{Blanks[1..]}}"}""", "puzzle", "expected 81 characters, got 80" },
        { $$"""{"puzzle": "{{Blanks[1..]}}x"}""", "puzzle", "expected '.', '0' or 1 to 9 at character 81 (row 9, column 9), got 'x'" },
        { $$"""{"puzzle": "55{{Blanks[2..]}}"}""", "puzzle", "expected different digits in row 1, column 1 and row 1, column 2, got 5 in both" },
        { "{}", "puzzle", "expected 81 characters, got 0" },
        { """{"puzzle": null}""", "puzzle", "expected {\"puzzle\": \"one character per cell\"}, got something else near line 1, byte 16" },
        { """{"puzzle": 7}""", "puzzle", "expected {\"puzzle\": \"one character per cell\"}, got something else near line 1, byte 13" },
        { $$"""{"puzle": "{{Blanks}}"}""", "puzle", "expected {\"puzzle\": \"one character per cell\"}, got something else near line 1, byte 10" },
        { """{"puzzle": "1", "puzzle": "2"}""", "puzzle", "expected {\"puzzle\": \"one character per cell\"}, got something else near line 1, byte 26" },
        { "{", "body", "expected {\"puzzle\": \"one character per cell\"}, got something else near line 1, byte 2" },
        { "", "body", "expected {\"puzzle\": \"one character per cell\"}, got nothing" },
        { "null", "body", "expected {\"puzzle\": \"one character per cell\"}, got nothing" },
        { "[]", "body", "expected {\"puzzle\": \"one character per cell\"}, got something else near line 1, byte 2" },
    };

    [Theory]
    [MemberData(nameof(BadSudokus))]
    public async Task An_invalid_sudoku_is_reported(string body, string field, string message)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        foreach (var path in (string[])["/api/sudoku", "/api/sudoku/trace"])
        {
            using var response = await service.Client.PostAsync(path, Json(body));
            var problem = await response.ReadProblemAsync(400);
            problem.GetProperty("errors").GetProperty(field).EnumerateArray().Single().GetString().Should().Be(message);
            problem.GetProperty("detail").GetString().Should().Be($"{field}: {message}");
        }

        service.Solver.Statistics.Segments.Should().Be(0);
    }

    /// <summary>Which would otherwise do nothing.</summary>
    [Theory]
    [InlineData("/api/sudoku", "true")]
    [InlineData("/api/sudoku/trace", "1")]
    public async Task Until_the_maximum_is_a_truth_value_of_a_trace(string path, string value)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        using var response = await service.Client.PostAsync(path, Json($$"""{"puzzle": "{{Blanks}}", "untilMaximum": {{value}}}"""));
        (await response.ReadProblemAsync(400)).GetProperty("errors").TryGetProperty("untilMaximum", out _).Should().BeTrue();
    }

    [Fact]
    public async Task Cells_in_conflict_are_listed()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        using var response = await service.PostAsync("/api/sudoku", $"5{Blanks[..9]}5{Blanks[11..]}");
        var problem = await response.ReadProblemAsync(400);
        problem.GetProperty("cells").EnumerateArray().Select(cell => cell.GetInt32()).Should().Equal(0, 10);
    }

    [Theory]
    [InlineData("     #     #     #     #G", "expected one 'S', got none")]
    [InlineData("S    #     #     #     # ", "expected one 'G', got none")]
    [InlineData("S                  #   #G", "expected a path from the start in row 1, column 1 to the goal in row 5, column 5, got none")]
    public async Task An_invalid_maze_is_reported(string maze, string message)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Maze(5));
        using var response = await service.PostAsync("/api/maze", maze);
        (await response.ReadProblemAsync(400)).GetProperty("errors").GetProperty("puzzle")[0].GetString().Should().Match(message);
    }

    /// <summary>Readers of events accept no other type, but still need the reason.</summary>
    [Fact]
    public async Task A_client_that_accepts_only_events_gets_problem_details()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        service.Client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var tooShort = await service.PostAsync("/api/sudoku/trace", "1");
        (await tooShort.ReadProblemAsync(400)).GetProperty("errors").GetProperty("puzzle")[0].GetString().Should().Be("expected 81 characters, got 1");
        using var elsewhere = await service.PostAsync("/api/maze/trace", "1");
        await elsewhere.ReadProblemAsync(404);
    }

    /// <summary>UTF-7 is known by name, but .NET does not decode it.</summary>
    [Theory]
    [InlineData("/api/sudoku", "text/plain")]
    [InlineData("/api/sudoku", "application/json; charset=bogus")]
    [InlineData("/api/sudoku", "application/json; charset=utf-7")]
    [InlineData("/api/sudoku", "application/json; charset=\"\"")]
    [InlineData("/api/sudoku/trace", "a/b; charset=utf-7")]
    [InlineData("/health", "a/b; charset=utf-7")]
    [InlineData("/index.html", "a/b; charset=\"utf-7\"")]
    public async Task An_unknown_media_type_or_encoding_is_refused(string path, string type)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        using var response = await SendAsync(service, path, type, "{}");
        await response.ReadProblemAsync(415);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json; charset=\"UT\\F-8\"; x=1")]
    [InlineData("application/json; charset=\"iso_8859-1:1987\"")]
    [InlineData("application/json; charset=\"iso_646.irv:1991\"")]
    public async Task A_quoted_encoding_is_read(string type)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        using var response = await SendAsync(service, "/api/sudoku", type, $$"""{"puzzle": "{{Blanks}}"}""");
        response.StatusCode.Should().Be(System.Net.HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_not_read()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        using var response = await service.Client.PostAsync("/api/sudoku", Json($$"""{"puzzle": "{{new string('.', 600_000)}}"}"""));
        await response.ReadProblemAsync(413);
    }

    [Theory]
    [InlineData("POST", "/api/maze", 404)]
    [InlineData("GET", "/api/sudoku", 405)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/appsettings.json", 404)]
    [InlineData("GET", "/SolverService.dll", 404)]
    [InlineData("GET", "/..%2fappsettings.json", 404)]
    public async Task An_unknown_path_or_method_is_reported_in_problem_details(string method, string path, int status)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await service.Client.SendAsync(request);
        await response.ReadProblemAsync(status);
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningService service, string path, string type, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return await service.Client.PostAsync(path, content);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
