using System.Diagnostics;
using System.Text.Json;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.SolverService;
using Hrm.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace Hrm.SolverService.Tests;

/// <summary>Start of the service: health, model, description of the API, invalid options.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Health_reports_the_state_of_the_solver()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4));
        using var answered = await service.PostAsync("/api/sudoku", new string('.', 16));
        var health = JsonSerializer.Deserialize<JsonElement>(await service.Client.GetStringAsync("/health"));
        health.GetProperty("status").GetString().Should().Be("ready");
        health.GetProperty("solved").GetInt64().Should().Be(1);
        health.GetProperty("segments").GetInt64().Should().Be(3);
        health.GetProperty("running").GetInt32().Should().Be(0);
        health.GetProperty("waiting").GetInt32().Should().Be(0);
    }

    [Theory]
    [InlineData("sudoku", 4, 2)]
    [InlineData("sudoku", 6, 2)]
    [InlineData("sudoku", 9, 3)]
    [InlineData("maze", 5, 0)]
    public async Task The_model_is_described_with_valid_examples(string kind, int side, int boxRows)
    {
        await using var service = await RunningService.StartAsync(kind == "maze" ? TinyModels.Maze(side) : TinyModels.Sudoku(side));
        var model = await service.GetModelAsync();
        model.GetProperty("kind").GetString().Should().Be(kind);
        model.GetProperty("side").GetInt32().Should().Be(side);
        model.GetProperty("boxRows").GetInt32().Should().Be(boxRows);
        model.GetProperty("examples").EnumerateArray().Should().HaveCountGreaterThanOrEqualTo(3);
        foreach (var example in model.GetProperty("examples").EnumerateArray())
        {
            using var response = await service.PostAsync($"/api/{kind}", example.GetString()!);
            response.IsSuccessStatusCode.Should().BeTrue();
        }
    }

    /// <summary>The model that comes with the samples, which solves its own examples and stops when it is sure.</summary>
    [Fact]
    public async Task The_default_model_solves_its_examples()
    {
        await using var service = await RunningService.StartWithDefaultsAsync();
        var model = await service.GetModelAsync();
        model.GetProperty("side").GetInt32().Should().Be(9);
        foreach (var example in model.GetProperty("examples").EnumerateArray())
        {
            using var response = await service.PostAsync("/api/sudoku", example.GetString()!);
            var answer = await response.ReadJsonAsync();
            answer.GetProperty("isSolved").GetBoolean().Should().BeTrue();
            answer.GetProperty("segments").GetInt32().Should().BeLessThan(64);
            answer.GetProperty("reason").GetString().Should().Be("Confident");
        }
    }

    /// <summary>The maze model answers its examples, which are as hard as Maze-Hard, in each way that it offers. It need not solve them.</summary>
    [Fact]
    public async Task A_model_of_the_samples_is_served_by_its_name()
    {
        await using var service = await RunningService.StartWithDefaultsAsync("--model", "maze-30x30");
        var model = await service.GetModelAsync();
        (model.GetProperty("kind").GetString(), model.GetProperty("side").GetInt32()).Should().Be(("maze", 30));
        model.GetProperty("name").GetString().Should().Be("maze-30x30");
        model.GetProperty("halting").GetProperty("maxSegments").GetInt32().Should().Be(64);
        model.GetProperty("halting").GetProperty("stops").GetRawText().Should().Be("""[{"rule":"UnchangedSegments","value":4}]""");
        MazeGrid[] examples = [.. model.GetProperty("examples").EnumerateArray().Select(example => MazeGrid.Parse(example.GetString()))];
        examples.Should().HaveCount(3).And.OnlyContain(maze => maze.FindShortestPath()!.PathCells >= MazeGenerator.HardPathCells);

        var ways = model.GetProperty("thinking").EnumerateArray().Select(way => way.GetString()!).ToArray();
        ways.Should().Equal("once", "vote");
        foreach (var way in ways)
        {
            var answer = await service.ThinkAsync("/api/maze", examples[0].ToString(), way);
            answer.GetProperty("isSolved").GetBoolean().Should().Be(examples[0].IsSolvedBy(MazeGrid.Parse(answer.GetProperty("solution").GetString())));
            answer.GetProperty("evaluations").GetInt32().Should().BeInRange(1, way == "once" ? 1 : 9);
        }
    }

    [Theory]
    [InlineData("--Solver:Confidence", "0.9", """[{"rule":"Confidence","value":0.9}]""")]
    [InlineData("--Solver:Limits:Rule", "HaltPositive", """[{"rule":"HaltPositive","value":null}]""")]
    public async Task Explicit_halting_replaces_that_of_a_model_of_the_samples(string key, string value, string stops)
    {
        await using var service = await RunningService.StartWithDefaultsAsync("--model", "maze-30x30", key, value);
        (await service.GetModelAsync()).GetProperty("halting").GetProperty("stops").GetRawText().Should().Be(stops);
    }

    [Fact]
    public async Task The_model_is_described_with_its_config_halting_and_card()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4), "# Tiny é"u8.ToArray(), "--Solver:Confidence", "0.9");
        var model = await service.GetModelAsync();
        model.GetProperty("dtype").GetString().Should().Be("float32");
        model.GetProperty("hiddenSize").GetInt32().Should().Be(32);
        model.GetProperty("card").GetString().Should().Be("# Tiny é");
        var halting = model.GetProperty("halting");
        halting.GetProperty("maxSegments").GetInt32().Should().Be(3);
        halting.GetProperty("stops").GetRawText().Should().Be("""[{"rule":"Confidence","value":0.9}]""");

        await using var shipped = await RunningService.StartWithDefaultsAsync();
        model = await shipped.GetModelAsync();
        model.GetProperty("name").GetString().Should().Be("sudoku-9x9");
        model.GetProperty("card").GetString().Should().Contain("## Accuracy");
    }

    /// <summary>The same stops as those of the solver, which are not public.</summary>
    [Theory]
    [InlineData(null, null, null, "HaltPositive")]
    [InlineData(HaltingRule.Never, null, null, "Never")]
    [InlineData(null, 0.9, null, "Confidence 0.9")]
    [InlineData(HaltingRule.Never, null, 2, "UnchangedSegments 2")]
    [InlineData(HaltingRule.HaltOverContinue, 0.9, 2, "Confidence 0.9, UnchangedSegments 2, HaltOverContinue")]
    public void The_stops_are_those_of_the_options_or_the_rule_of_the_model(HaltingRule? rule, double? confidence, int? unchanged, string expected)
    {
        var options = new SolverServiceOptions { Confidence = confidence, UnchangedSegments = unchanged, Limits = { Rule = rule } };
        var stops = HaltingResponse.Of(options, HaltingRule.HaltPositive).Stops;
        string.Join(", ", stops.Select(stop => FormattableString.Invariant($"{stop.Rule} {stop.Value}").Trim())).Should().Be(expected);
    }

    [Fact]
    public async Task The_model_that_answers_now_is_described()
    {
        using var generator = new torch.Generator(1);
        using var trained = new HrmModel(TinyModels.Sudoku(4), generator) { Name = "trained" };
        using (torch.no_grad())
        {
            trained.get_parameter("q_head.weight")!.normal_(0, 1, generator);
        }

        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4));
        (await service.GetModelAsync()).GetProperty("isContinueTrained").GetBoolean().Should().BeFalse();
        await service.Solver.SwapAsync(trained, ownsModel: false);
        var model = await service.GetModelAsync();
        model.GetProperty("isContinueTrained").GetBoolean().Should().BeTrue();
        model.GetProperty("name").GetString().Should().Be("trained");
    }

    [Fact]
    public void A_card_that_cannot_be_shown_is_left_out()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "README.md");
        ModelCard.Read(folder.Path).Should().BeNull();
        File.WriteAllText(path, new string('x', ModelCard.MaxBytes));
        ModelCard.Read(folder.Path).Should().HaveLength(ModelCard.MaxBytes);
        File.AppendAllText(path, "x");
        ModelCard.Read(folder.Path).Should().BeNull();
        File.WriteAllBytes(path, [0xff, (byte)'a']);
        ModelCard.Read(folder.Path).Should().Be("\ufffda");
        File.Delete(path);
        Directory.CreateDirectory(path);
        ModelCard.Read(folder.Path).Should().BeNull();
        Directory.Delete(path);
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(path, "/dev/zero");
            ModelCard.Read(folder.Path).Should().BeNull();
        }
    }

    [Fact]
    public async Task The_api_is_described()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        var document = JsonSerializer.Deserialize<JsonElement>(await service.Client.GetStringAsync("/openapi/v1.json"));
        document.GetProperty("paths").EnumerateObject().Select(path => path.Name)
            .Should().BeEquivalentTo("/api/model", "/health", "/api/sudoku", "/api/sudoku/trace");
        document.GetProperty("paths").GetProperty("/api/sudoku").GetProperty("post").GetProperty("responses").EnumerateObject()
            .Select(response => response.Name).Should().BeEquivalentTo("200", "400", "413", "415", "503");
        document.GetProperty("paths").GetProperty("/api/sudoku/trace").GetProperty("post").GetProperty("responses").GetProperty("200").GetProperty("content")
            .TryGetProperty("text/event-stream", out _).Should().BeTrue();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        schemas.GetProperty("TraceRequest").GetProperty("properties").GetProperty("untilMaximum").GetProperty("description").GetString().Should().Contain("largest number of segments");
        schemas.GetProperty("SolveRequest").GetProperty("required")[0].GetString().Should().Be("puzzle");
    }

    /// <summary>Unknown options and options without a value would otherwise do nothing.</summary>
    [Theory]
    [InlineData("--urls", "nonsense", "--urls: expected addresses such as http://127.0.0.1:8080*'nonsense'*")]
    [InlineData("--urls", "http://127.0.0.1:99999", "--urls: expected addresses such as http://127.0.0.1:8080*99999*")]
    [InlineData("--Solver:Limits:MaxQueueLength", "many", "*'many'*")]
    [InlineData("--Solver:Limits:MaxQeueLength", "3", "*expected known settings, got 'MaxQeueLength'*")]
    [InlineData("--modle", "there", "--modle: expected an option of this program; --help lists the options.")]
    [InlineData("there", "there", "there: expected an option of this program; --help lists the options.")]
    [InlineData("--Unknown:Key", "1", "--Unknown:Key: expected an option of this program; --help lists the options.")]
    [InlineData("--model", "nowhere", "*Folder: *'nowhere'*")]
    [InlineData("--device", "cuda:99", "*cuda:99*")]
    [InlineData("--device", "", "--device: expected a value, got nothing*")]
    [InlineData("--device", "--urls", "--device: expected a value, got --urls*")]
    [InlineData("--tf32", "maybe", "*'maybe'*")]
    public async Task Invalid_options_give_one_line_and_exit_code_2(string key, string value, string message)
    {
        var (code, output, errors) = await RunAsync(key, value);
        code.Should().Be(2);
        errors.Trim().Should().Match($"error: {message}").And.NotContain("   at ").And.NotContain("\n").And.NotContain("ErrorOnUnknownConfiguration");
        output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("Thinking: Symmetries: expected 1 … 4096, got 0; Thinking: TimeBudget: expected a time above zero, at most 24 days, got -00:00:01; Thinking: Evaluations: expected 0 … 16777216, got -3",
        "Symmetries", "0", "Evaluations", "-3", "TimeBudget", "-00:00:01")]
    [InlineData("Thinking: Selection: expected no value, as the check of the task selects, got Votes", "Selection", "Votes")]
    [InlineData("Thinking: *'many'*", "Starts", "many")]
    [InlineData("Thinking: *'Strats'*", "Strats", "2")]
    public void Every_bad_limit_of_thinking_is_listed(string message, params string[] settings)
    {
        var read = () => ThinkingWays.ReadLimits(Section(settings));
        read.Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    [Fact]
    public void Thinking_has_a_time_budget_also_without_a_section()
    {
        ThinkingWays.ReadLimits(Section()).TimeBudget.Should().Be(TimeSpan.FromSeconds(30));
        ThinkingWays.ReadLimits(Section("TimeBudget", "00:00:05")).TimeBudget.Should().Be(TimeSpan.FromSeconds(5));
    }

    private static IConfiguration Section(params string[] settings)
        => new ConfigurationBuilder().AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create<string, string?>(pair[0], pair[1]))).Build();

    [Fact]
    public async Task Help_is_shown_without_starting_the_service()
    {
        var (code, output, errors) = await RunAsync("--help");
        code.Should().Be(0);
        output.Should().Contain("--model FOLDER").And.Contain("Exit codes:").And.NotContain("Serving");
        errors.Should().BeEmpty();
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        TinyModels.Save(TinyModels.Sudoku(4), folder.Path);
        var program = Path.Combine(AppContext.BaseDirectory, "SolverService.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "--model", folder.Path, "--Logging:LogLevel:Default", "None", .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, errors);
    }

    [Theory]
    [InlineData(900, 12)]
    [InlineData(80, 11)]
    [InlineData(49, 9)]
    [InlineData(9, 6)]
    public void A_model_of_other_puzzles_is_rejected(int length, int vocabulary)
    {
        using var folder = new TemporaryFolder();
        TinyModels.Save(TinyModels.Config(length, vocabulary), folder.Path);
        var create = () => ServiceApplication.Create(["--model", folder.Path, "--Logging:LogLevel:Default", "None"]);
        create.Should().Throw<InvalidConfigException>().WithMessage($"config.json: *got seq_len {length}, vocab_size {vocabulary}.");
    }
}
