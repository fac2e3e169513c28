using System.Text.Json;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;

namespace Hrm.Tool.Tests;

/// <summary>Results go to the standard output, progress to the standard error; with --json the standard output is JSON.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Evaluate_gives_the_exact_answers_of_each_list_as_JSON()
    {
        var data = RepositoryFolder.Combine("samples", "data");
        string[] hard = [.. File.ReadLines(Path.Combine(data, "sudoku_extreme_like_test.csv")).Take(31)];
        File.WriteAllLines(_folder["hard.csv"], hard);
        File.WriteAllLines(_folder["easy.txt"], File.ReadLines(Path.Combine(data, "sudoku_easy_test.csv")).Skip(1).Take(20).Select(line => line.Split(',')[1]).Append("bad"));
        string[] command = ["evaluate", "sudoku", "--model", RepositoryFolder.Combine("samples", "models", "sudoku-9x9"), "--segments", "8", "--test", _folder["hard.csv"], _folder["easy.txt"], "--skip-bad"];

        var json = await ToolProcess.RunAsync([.. command, "--json"]);
        var table = await ToolProcess.RunAsync(command);

        (json.Code, table.Code).Should().Be((0, 0));
        json.Messages.Should().Contain("1 bad line or puzzle skipped");
        var result = JsonDocument.Parse(json.Output).RootElement;
        var files = result.GetProperty("by").GetProperty("file");
        Numbers(result.GetProperty("all")).Count.Should().Be(50);
        Numbers(files.GetProperty(_folder["hard.csv"])).Count.Should().Be(30);
        foreach (var kind in new[] { "file", "givens" })
        {
            result.GetProperty("by").GetProperty(kind).EnumerateObject().Sum(list => Numbers(list.Value).Exact).Should().Be(Numbers(result.GetProperty("all")).Exact);
        }

        // The text has no sources.
        result.GetProperty("by").GetProperty("source").EnumerateObject().Select(list => (list.Name, Numbers(list.Value).Count)).Should().BeEquivalentTo(
            hard.Skip(1).GroupBy(line => line.Split(',')[0]).Select(list => (list.Key, list.Count())));
        (result.GetProperty("halting").GetString(), result.GetProperty("max_segments").GetInt32(), result.GetProperty("task").GetString()).Should().Be(("Never", 8, "sudoku"));
        result.GetProperty("seconds").GetDouble().Should().BePositive();

        // The table has the same numbers.
        var (_, exact) = Numbers(files.GetProperty(_folder["easy.txt"]));
        exact.Should().BePositive();
        table.Output.Should().MatchRegex($"easy.txt +│ +20 │ +{exact} │");
        table.Output.Should().MatchRegex($"all +│ +50 │ +{Numbers(result.GetProperty("all")).Exact} │");
    }

    [Fact]
    public async Task Evaluate_with_a_search_says_how_the_answers_were_found()
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(12, 5).ToArray();
        File.WriteAllLines(_folder["test.csv"], puzzles.Select((puzzle, index) => $"{(index < 4 ? "a" : "b")},{puzzle.Question},{puzzle.Answer}").Prepend("source,question,answer"));
        SaveModel();
        string[] command = ["evaluate", "sudoku", "--model", _folder["model"], "--test", _folder["test.csv"], "--segments", "1"];

        var json = await ToolProcess.RunAsync([.. command, "--search", "200", "--json"]);
        var table = await ToolProcess.RunAsync([.. command, "--search", "2"]);
        var useless = await ToolProcess.RunAsync([.. command[..^2], "--search", "2", "--depths"]);

        (json.Code, table.Code, useless.Code).Should().Be((0, 0, 2));
        var result = JsonDocument.Parse(json.Output).RootElement;
        Numbers(result.GetProperty("all"), searched: true).Should().Be((12, 12), "the search of so few blanks is exhaustive");
        Numbers(result.GetProperty("by").GetProperty("source").GetProperty("b"), searched: true).Should().Be((8, 8));
        var found = result.GetProperty("found");
        (found.GetProperty("first_pass").GetInt32() + found.GetProperty("search").GetInt32(), found.GetProperty("not_found").GetInt32()).Should().Be((12, 0));
        result.GetProperty("wrong").GetInt32().Should().Be(0);
        var evaluations = result.GetProperty("evaluations");
        evaluations.GetProperty("max").GetInt32().Should().BeInRange(1, 200);
        evaluations.GetProperty("mean").GetDouble().Should().BeInRange(1, evaluations.GetProperty("max").GetInt32());
        evaluations.GetProperty("median").GetDouble().Should().BeInRange(1, evaluations.GetProperty("max").GetInt32());
        (result.GetProperty("max_evaluations").GetInt32(), result.GetProperty("max_segments").GetInt32(), result.GetProperty("evaluation_segments").GetInt32()).Should().Be((200, 1, 1));
        table.Output.Should().MatchRegex(@"first pass \d+, search \d+, not found \d+; wrong 0").And.MatchRegex(@"evaluations of at most 1 segment per puzzle: median [\d.]+, mean [\d.]+, at most [12]\r?\n");
        useless.Messages.Should().Be($"error: --search: does nothing with --depths; leave it out.{Environment.NewLine}");
    }

    [Fact]
    public async Task Evaluate_counts_the_surest_answer_of_several_starts()
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(4, 5).ToArray();
        File.WriteAllLines(_folder["test.csv"], puzzles.Select(puzzle => $"{puzzle.Question},{puzzle.Answer}").Prepend("question,answer"));
        SaveModel();
        string[] command = ["evaluate", "sudoku", "--model", _folder["model"], "--test", _folder["test.csv"], "--segments", "2"];

        var json = await ToolProcess.RunAsync([.. command, "--starts", "3", "--json"]);
        var searched = await ToolProcess.RunAsync([.. command, "--starts", "3", "--search", "200"]);
        var none = await ToolProcess.RunAsync([.. command, "--starts", "0"]);

        (json.Code, searched.Code, none.Code).Should().Be((0, 0, 2));
        var result = JsonDocument.Parse(json.Output).RootElement;
        (result.GetProperty("starts").GetInt32(), result.GetProperty("all").GetProperty("segments").GetDouble(), result.TryGetProperty("wrong", out _)).Should().Be((3, 6, false));
        searched.Output.Should().MatchRegex(@"first pass 0, vote \d+, search \d+, not found 0; wrong 0");
        none.Messages.Should().Be($"error: --starts: Starts: expected 1 … 4096, got 0.{Environment.NewLine}");
    }

    [Theory]
    [InlineData(2.0, 3, 1, 2)]
    [InlineData(2.5, 4, 1, 3, 2)]
    [InlineData(7.0, 7)]
    public void The_median_of_an_even_number_is_the_mean_of_the_middle(double expected, params int[] values) => SearchReport.Median(values).Should().Be(expected);

    /// <summary>Checked before the model is opened.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(16777217)]
    public async Task A_search_out_of_range_is_refused_at_once(int evaluations)
    {
        var result = await ToolProcess.RunAsync("evaluate", "sudoku", "--model", _folder["absent"], "--search", $"{evaluations}");
        result.Code.Should().Be(2);
        result.Messages.Should().MatchRegex($@"^error: --search: Evaluations: expected [01] … 16777216, got {evaluations}\.\r?\n$");
    }

    [Fact]
    public async Task Build_check_and_train_write_their_results_only_to_the_standard_output()
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(12, 8).Select(puzzle => puzzle.Question.ToString()).ToArray();
        File.WriteAllLines(_folder["train.txt"], [.. puzzles[..8], "bad"]);
        File.WriteAllLines(_folder["test.txt"], puzzles[8..]);
        string[] files = ["--train", _folder["train.txt"], "--test", _folder["test.txt"], "--skip-bad"];

        var built = await ToolProcess.RunAsync(["data", "sudoku", "build", "--output", _folder["data"], .. files]);
        built.Code.Should().Be(0, built.Messages);
        built.Output.Should().Contain("train: 8 groups, 8 puzzles, 8 examples").And.NotContain("skipped");

        var check = await ToolProcess.RunAsync("data", "sudoku", "check", "--data", _folder["data"], "--json");
        var checkedData = JsonDocument.Parse(check.Output).RootElement;
        checkedData.GetProperty("splits").GetProperty("test").GetProperty("examples").GetInt32().Should().Be(4);
        (check.Code, checkedData.GetProperty("faults").GetInt64()).Should().Be((0, 0));
        check.Messages.Should().Contain("train: 8 groups");

        string[] train = ["train", "sudoku", .. files, "--preset", "tiny", "--steps", "2", "--set", "Evaluations=1", "--set", "Trainer:GlobalBatchSize=4"];
        var json = await ToolProcess.RunAsync([.. train, "--output", _folder["run"], "--json"]);
        json.Code.Should().Be(0, json.Messages);
        var outcome = JsonDocument.Parse(json.Output).RootElement;
        (outcome.GetProperty("step").GetInt64(), outcome.GetProperty("reason").GetString()).Should().Be((2, "Completed"));
        json.Messages.Should().Contain("8 training examples").And.Contain("token accuracy");

        var text = await ToolProcess.RunAsync([.. train, "--output", _folder["run2"]]);
        text.Output.Should().StartWith("after 2 steps").And.Contain("token accuracy").And.NotContain("training example");
        text.Messages.Should().Contain("8 training examples").And.NotContain("token accuracy");

        // The side that was found and the bad lines are those of a resumed run and of an evaluation of its test puzzles too.
        var settings = new RunFolder(_folder["run"]).ReadSettings();
        (settings.Data.Side, settings.Data.SkipBad, settings.Model.SequenceLength).Should().Be((4, true, 16));
        (await ToolProcess.RunAsync("train", "sudoku", "--resume", _folder["run"])).Code.Should().Be(0);
    }

    /// <summary>The exact search for a missing answer can take long.</summary>
    [Theory]
    [InlineData("1234341221434321")]
    [InlineData("................")]
    public void Files_are_read_until_a_signal(string puzzle)
    {
        File.WriteAllText(_folder["list.txt"], puzzle);
        var data = new RunData { Side = 4, SkipBad = true };

        data.Invoking(it => SudokuFiles.Open([_folder["list.txt"]], it, "--test", new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void The_side_is_that_of_the_first_question_whose_answer_is_not_searched()
    {
        File.WriteAllLines(_folder["list.txt"], ["no puzzle", new string('.', 16), new string('.', 81)]);

        SudokuFiles.FindSide([_folder["list.txt"]]).Should().Be(4);
    }

    [Fact]
    public async Task A_fault_of_a_dataset_is_in_the_JSON()
    {
        (await ToolProcess.RunAsync("data", "sudoku", "build", "--count", "4", "--side", "4", "--output", _folder["data"])).Code.Should().Be(0);
        File.WriteAllText(_folder["data", "test", "dataset.json"], "{}");

        var check = await ToolProcess.RunAsync("data", "sudoku", "check", "--data", _folder["data"], "--json");

        check.Code.Should().Be(3);
        var result = JsonDocument.Parse(check.Output).RootElement;
        result.GetProperty("faults").GetInt64().Should().Be(1);
        result.GetProperty("first_faults")[0].GetString().Should().Contain("dataset.json");
    }

    /// <summary>The line goes on at its end; a shell passes the position.</summary>
    [Theory]
    [InlineData("so", "solve")]
    [InlineData("solve ", "arc|maze|sudoku")]
    [InlineData("train sudoku --pre", "--preset")]
    [InlineData("train sudoku --preset sudoku-extreme", "sudoku-extreme|sudoku-extreme-full")]
    [InlineData("evaluate maze --device cu", "cuda")]
    [InlineData("solve sudoku --model a --xyzzy --thi", "--think")]
    public async Task A_shell_can_complete_an_unfinished_line(string line, string expected)
    {
        var unfinished = $"{HrmCommand.Create().Name} {line}";

        var result = await ToolProcess.RunAsync($"[suggest:{unfinished.Length}]", unfinished);

        (result.Code, result.Messages).Should().Be((0, string.Empty));
        result.Lines.Select(suggestion => suggestion.Trim()).Where(suggestion => suggestion[0] != '-' || expected[0] == '-').Except(["/?", "/h"]).Should().BeEquivalentTo(expected.Split('|'));
    }

    private void SaveModel()
    {
        using var generator = new TorchSharp.torch.Generator(1);
        using var model = new HrmModel(HrmPresets.Tiny(16, 6), generator);
        model.Save(_folder["model"]);
    }

    private static (int Count, int Exact) Numbers(JsonElement list, bool searched = false)
    {
        var (count, exact) = (list.GetProperty("count").GetInt32(), list.GetProperty("exact").GetInt32());
        list.GetProperty("accuracy").GetDouble().Should().Be((double)exact / count);
        list.GetProperty("segments").GetDouble().Should().Match(segments => searched ? segments >= 1 : segments == 8);
        return (count, exact);
    }
}
