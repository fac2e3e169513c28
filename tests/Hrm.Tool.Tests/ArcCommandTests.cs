using System.Text.Json;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary>From the competition's files to a submission and its score.</summary>
public sealed class ArcCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ArcCommandTests()
    {
        Write("arc-agi_training_challenges.json", """{"a":{"train":[{"input":[[1,2]],"output":[[2,1]]}],"test":[{"input":[[3,4]]}]}}""");
        Write("arc-agi_training_solutions.json", """{"a":[[[4,3]]]}""");
        Write("arc-agi_evaluation_challenges.json", """{"b":{"train":[{"input":[[1],[2]],"output":[[2]]}],"test":[{"input":[[3],[4]]},{"input":[[5],[6]]}]}}""");
        Write("arc-agi_evaluation_solutions.json", """{"b":[[[4]],[[6]]]}""");
        Write("arc-agi_test_challenges.json", """{"c":{"train":[{"input":[[7]],"output":[[8]]}],"test":[{"input":[[9]]}]}}""");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_competition_goes_from_task_files_to_a_score()
    {
        await Expect("data arc build --augment 3 --source <in> --output <in>/data", 0, "*evaluation: 1 task for testing*test: 1 task for testing*training: 1 task for training*", string.Empty);
        SaveRun();

        var (code, text, _) = await Run("solve arc <in>/arc-agi_evaluation_challenges.json <in>/arc-agi_test_challenges.json --model <in>/run --submission <in>/solved.json");
        (await Run("evaluate arc --model <in>/run --submission <in>/evaluated.json")).Code.Should().Be(0);

        code.Should().Be(CommandLine.No, "a model that was not trained does not solve b");
        text.Should().Contain("b, test input 1, ").And.Contain(": not solved").And.Contain("0 of 1").And.Contain("1 of 2 tasks have no known outputs");
        var solved = JsonDocument.Parse(File.ReadAllText(_folder["solved.json"])).RootElement;
        JsonElement.DeepEquals(solved, JsonDocument.Parse(File.ReadAllText(_folder["evaluated.json"])).RootElement).Should().BeTrue("both vote over the same ids");
        solved.GetProperty("b").GetArrayLength().Should().Be(2);

        Write("right.json", """{"b":[{"attempt_1":[[0]],"attempt_2":[[4]]},{"attempt_1":[[6]],"attempt_2":[[0]]}]}""");
        (await Run("evaluate submission <in>/right.json --source <in>/arc-agi_evaluation_challenges.json")).Text.Should().MatchRegex("1 .* 0 of 1 .* 0.0 .* 50.0 ").And.MatchRegex("2 .* 1 of 1 .* 100.0 .* 100.0 ");
        var scores = JsonDocument.Parse((await Run("evaluate submission <in>/right.json --source <in>/arc-agi_evaluation_challenges.json --json")).Text).RootElement;
        var first = scores.GetProperty("scores")[0];
        (first.GetProperty("k").GetInt32(), first.GetProperty("solved").GetInt32(), first.GetProperty("score_percent").GetDouble()).Should().Be((1, 0, 50));
    }

    /// <summary>Two small tasks, of which one needs only a copy; a large one is left out. The model learns both outputs by heart.</summary>
    [Fact]
    public async Task A_trained_model_on_a_small_canvas_is_compared_with_its_baselines()
    {
        Write("evaluation/copy.json", """{"train":[{"input":[[5]],"output":[[5]]}],"test":[{"input":[[5]],"output":[[5]]}]}""");
        Write("evaluation/other.json", """{"train":[{"input":[[6]],"output":[[7]]}],"test":[{"input":[[6]],"output":[[7]]}]}""");
        Write("evaluation/large.json", """{"train":[{"input":[[6,6,6]],"output":[[7]]}],"test":[{"input":[[6]],"output":[[7]]}]}""");
        await Expect("data arc build --augment 2 --canvas 2 --source <in>/evaluation --test-from evaluation --output <in>/small", 1, "evaluation: 3 tasks for testing*", "error: large: expected grids of at most 2 × 2, the canvas, got a side of 3*");
        await Expect("data arc build --augment 2 --canvas 2 --max-side 2 --source <in>/evaluation --test-from evaluation --output <in>/small", 0, "evaluation: 2 tasks for testing*", string.Empty);
        (await Run("train arc --data <in>/small --steps 200 --threads 1 --output <in>/trained --set Model:HiddenSize=16 --set Model:SwiGluInnerWidth=32 --set Model:PuzzleEmbeddingWidth=16 --set Trainer:Halting:MaxSegments=1 --set Evaluations=1 --set Trainer:GlobalBatchSize=8 --set Trainer:WarmupSteps=0 --set Trainer:EmaDecay=0")).Code.Should().Be(0);

        var report = JsonDocument.Parse((await Run("evaluate arc --model <in>/trained --json --submission <in>/evaluated.json")).Text).RootElement;
        var solved = await Run("solve arc <in>/evaluation --max-side 2 --model <in>/trained --submission <in>/solved.json");
        var scored = await Run("evaluate submission <in>/solved.json --source <in>/evaluation --max-side 2 --json");
        var submission = JsonDocument.Parse(scored.Text).RootElement;

        solved.Code.Should().Be(0);
        report.GetProperty("by").GetProperty("variant").GetProperty("as they are").GetProperty("count").GetInt32().Should().Be(2);
        foreach (var (score, right, interval) in new[]
        {
            (report.GetProperty("scores")[0], 2, (34.2, 100.0)),
            (report.GetProperty("without_votes"), 2, (34.2, 100.0)),
            (report.GetProperty("copy_input"), 1, (9.5, 90.5)),
            (submission.GetProperty("scores")[1], 2, (34.2, 100.0)),
            (submission.GetProperty("copy_input"), 1, (9.5, 90.5)),
        })
        {
            (score.GetProperty("solved").GetInt32(), score.GetProperty("test_inputs_solved").GetInt32(), score.GetProperty("test_inputs").GetInt32()).Should().Be((right, right, 2));
            var bounds = score.GetProperty("pass_interval").EnumerateArray().Select(bound => Math.Round(bound.GetDouble(), 1)).ToArray();
            (bounds[0], bounds[1]).Should().Be(interval);
        }

        submission.TryGetProperty("without_votes", out _).Should().BeFalse("a submission has only the result of the votes");
        solved.Text.Should().MatchRegex("1, copy of the input .* 1 of 2 .* 50.0 .* 9.5 to 90.5 .* 1 of 2 .* 50.0 ");
        await Expect("solve arc <in>/evaluation/large.json --max-side 2 --model <in>/trained", 2, string.Empty, "error: --max-side: expected the side of at least one task, got 2, which is below that of every task.*");
    }

    [Fact]
    public async Task Answers_are_lines_of_JSON()
    {
        await Run("data arc build --augment 3 --source <in> --output <in>/data");
        SaveRun();

        var (code, text, _) = await Run("solve arc <in>/arc-agi_test_challenges.json <in>/arc-agi_evaluation_challenges.json --model <in>/run --json");

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        lines.Select(line => line.GetProperty("task").GetString()).Should().Equal("c", "b");
        lines[0].GetProperty("tests")[0].GetProperty("solved").ValueKind.Should().Be(JsonValueKind.Null, "the output is not known");
        var test = lines[1].GetProperty("tests")[1];
        test.GetProperty("solved").GetBoolean().Should().BeFalse();
        test.GetProperty("attempts").GetArrayLength().Should().Be(test.GetProperty("votes").GetArrayLength()).And.BeInRange(1, 2);
        ArcGrid.Create(test.GetProperty("attempts")[0].GetArrayLength(), test.GetProperty("attempts")[0][0].GetArrayLength(), [.. test.GetProperty("attempts")[0].EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(cell => cell.GetByte())]);
        code.Should().Be(CommandLine.No);
    }

    [Fact]
    public async Task Tasks_without_puzzle_ids_are_named()
    {
        await Run("data arc build --augment 0 --source <in> --output <in>/data");
        SaveRun();
        Write("other.json", """{"train":[{"input":[[1]],"output":[[8]]}],"test":[{"input":[[9]]}]}""");

        await Expect(
            "solve arc <in>/other.json --model <in>/run",
            2,
            string.Empty,
            "error: *run: expected puzzle ids for 1 task, got none for 1 (other); build a dataset with them and train the model on it with --init and --new-ids.*");
        await Expect(
            "solve arc <in>/other.json <in>/arc-agi_test_challenges.json --model <in>/run --submission <in>/s.json",
            CommandLine.No,
            "*other, test input 1, no attempt*c, test input 1, attempts with*",
            "warning: *got none for 1 (other)*");
        File.ReadAllText(_folder["s.json"]).Should().StartWith("""{"other":[{"attempt_1":[[0]],"attempt_2":[[0]]}],"c":""");
    }

    [Theory]
    [InlineData("solve arc <in>/arc-agi_test_challenges.json --model <in>/nowhere --submission <in>/missing/s.json", "--submission: expected a file in a folder that exists, got '*s.json'.")]
    [InlineData("evaluate arc --model <in>/nowhere --submission <in>", "--submission: expected a file in a folder that exists, got *")]
    [InlineData("evaluate submission <in>/s.json --source <in>/arc-agi_test_challenges.json", "--source: expected at least one task with its outputs, got none.")]
    [InlineData("evaluate submission <in>/s.json --source <in>/arc-agi_test_challenges.json --skip-bad", "--skip-bad: expected an option of *")]
    public Task Arguments_that_cannot_lead_to_a_result_are_refused_early(string arguments, string error) => Expect(arguments, 2, string.Empty, $"error: {error}\n");

    /// <summary>The task without puzzle ids has its line at once, the other would take hours.</summary>
    [Fact]
    public async Task A_signal_leaves_the_attempts_until_then()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // There is no such signal.
        }

        await Run("data arc build --augment 0 --source <in> --output <in>/data");
        SaveRun();
        Write("other.json", """{"train":[{"input":[[1]],"output":[[8]]}],"test":[{"input":[[9]]}]}""");
        using var process = ToolProcess.Start(
            "solve", "arc", _folder["other.json"], _folder["arc-agi_test_challenges.json"], "--model", _folder["run"], "--submission", _folder["s.json"], "--segments", "65536", "--json");
        (await process.StandardOutput.ReadLineAsync()).Should().StartWith("""{"task":"other",""");

        ToolProcess.Interrupt(process);

        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(130);
        File.ReadAllText(_folder["s.json"]).Should().Be("""{"other":[{"attempt_1":[[0]],"attempt_2":[[0]]}]}""");
        (await process.StandardError.ReadToEndAsync()).Should().Contain("1 of 2 tasks: other").And.Contain("cancelled");
    }

    [Fact]
    public async Task A_model_without_a_puzzle_table_solves_unknown_tasks()
    {
        SaveRun(puzzleWidth: 0);

        await Expect("solve arc <in>/arc-agi_test_challenges.json --model <in>/run", 0, "*c, test input 1, *1 of 1 tasks have no known outputs*", string.Empty);
    }

    [Fact]
    public async Task Bad_tasks_are_skipped_with_a_report()
    {
        Write("flat/good.json", """{"train":[{"input":[[1]],"output":[[8]]}],"test":[{"input":[[9]],"output":[[7]]}]}""");
        Write("flat/open.json", """{"train":[{"input":[[1]],"output":[[8]]}],"test":[{"input":[[9]]}]}""");
        for (var bad = 0; bad < 7; bad++)
        {
            Write($"flat/bad{bad}.json", """{"train":[{"input":[[10]]}],"test":[]}""");
        }

        await Expect("data arc build --source <in>/flat --output <in>/data", 1, string.Empty, "error: *bad0.json, train[0].input[0][0]: expected a colour of 0 to 9, got 10*");
        var (code, text, error) = await Run("data arc build --source <in>/flat <in>/arc-agi_evaluation_challenges.json --skip-bad --augment 0 --output <in>/data");

        code.Should().Be(0);
        text.Should().Contain("flat: 1 task for training").And.Contain("evaluation: 1 task for testing");
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(6).And.StartWith($"warning: skipped: {_folder["flat", "bad0.json"]}, train[0].input[0][0]: expected a colour of 0 to 9, got 10");
        error.Should().Contain("warning: 8 bad files or tasks skipped", "seven files, and a task that cannot be trained on");
    }

    [Theory]
    [InlineData("--source <in>/arc-agi_training_challenges.json", 2, "error: --test-from: expected at least one set for testing, got none; name one of training.*")]
    [InlineData("--source <in> --test-from nothing", 2, "error: *expected one of evaluation, test, training, or a path, got 'nothing'.*")]
    [InlineData("--source <in> --test-from evaluation", 1, "error: c: expected the output of every test pair in a task that is trained on, got none*")]
    [InlineData("", 2, "error: --source: expected at least one file or folder of tasks, got none.*")]
    public async Task A_dataset_needs_sets_for_testing_and_outputs_for_training(string arguments, int code, string error)
    {
        var (actual, _, written) = await Run($"data arc build {arguments} --output <in>/data");
        actual.Should().Be(code);
        written.Should().Match(error);
    }

    private async Task Expect(string arguments, int code, string textPattern, string errorPattern)
    {
        var actual = await Run(arguments);
        actual.Code.Should().Be(code, actual.Error);

        // Match refuses an empty pattern.
        $"{actual.Text}|{actual.Error}".Should().Match($"{textPattern}|{errorPattern}");
    }

    private async Task<(int Code, string Text, string Error)> Run(string arguments)
    {
        string[] list = [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(argument => argument.Replace("<in>", _folder.Path, StringComparison.Ordinal))];
        var result = await ToolProcess.RunAsync(list);
        return (result.Code, result.Output, result.Messages);
    }

    /// <summary>Saves a run on the dataset whose model was not trained.</summary>
    private void SaveRun(int puzzleWidth = 16)
    {
        var settings = new RunSettings
        {
            Task = "arc",
            Model = HrmPresets.Tiny(ArcEncoding.SequenceLength, ArcEncoding.VocabularySize) with { HiddenSize = 16, SwiGluInnerWidth = 32, PuzzleEmbeddingWidth = puzzleWidth },
            Augmentation = { Symmetries = false },
            Trainer = { Halting = { MaxSegments = 1 } },
            Data = { Folder = _folder["data"] },
        };
        if (puzzleWidth > 0)
        {
            using var dataset = NamedDataset.Open(_folder["data"], NamedDataset.TrainSplit);
            settings.Data.IdentifiersHash = dataset.IdentifiersHash;
            settings.Model = settings.Model with { PuzzleIdCount = dataset.Identifiers.Count };
        }

        using var generator = new torch.Generator(7);
        using var model = new HrmModel(settings.Model, generator);
        using (torch.no_grad())
        {
            model.PuzzleEmbedding?.Weights.normal_(0, 1, generator); // A new table is zero, so all variants would have the same answer.
        }

        Directory.CreateDirectory(_folder["run"]);
        model.Save(_folder["run"]);
        new RunFolder(_folder["run"]).Save(settings);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], text);
    }
}
