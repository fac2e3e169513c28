using System.Text.Json;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;

namespace Hrm.Tool.Tests;

/// <summary>The trained 9×9 model solves easy puzzles; a model of random weights solves nothing.</summary>
public sealed class SolveCommandTests : IDisposable
{
    private const string Easy = ".7.9.8..4.....263.134.6.....8.3.4...3......2...5..6713867.1.9....9....725.3.79...";
    private const string SeventeenClues = "9.2.........6........18.4...1....7.......25.38...1...........6........8...5..7...";
    private const string Solution = "672938154958142637134567289781324596396751428245896713867213945419685372523479861";

    private static readonly string Model = RepositoryFolder.Combine("samples", "models", "sudoku-9x9");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Puzzles_of_files_of_any_format_become_lines_of_JSON()
    {
        File.WriteAllText(_folder["a.sdm"], $"# a list\n{Easy}\nbad\n");
        File.WriteAllText(_folder["b.csv"], $"id,puzzle,solution\n1,{Easy},\n");
        File.WriteAllLines(_folder["c.sdk"], Easy.Chunk(9).Select(row => new string(row)));

        var result = await ToolProcess.RunAsync(
            "solve", "sudoku", "--model", Model, "--file", _folder["a.sdm"], _folder["b.csv"], "--file", _folder["c.sdk"], "--skip-bad", "--json", "--segments", "8");

        result.Code.Should().Be(0);
        var answers = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        answers.Should().HaveCount(3).And.OnlyContain(answer => answer.GetProperty("puzzle").GetString() == Easy
            && answer.GetProperty("answer").GetString() == Solution
            && answer.GetProperty("solved").GetBoolean()
            && answer.GetProperty("segments").GetInt32() == 8
            && answer.GetProperty("confidence").GetDouble() > 0.9);
        result.Messages.Should().Contain($"warning: skipped: {_folder["a.sdm"]}, line 3: expected 81 characters").And.Contain("1 bad line or puzzle skipped").And.Contain("3 of 3 puzzles solved");
    }

    [Fact]
    public async Task Answers_come_in_order_as_text_or_CSV_and_a_wrong_one_is_code_3()
    {
        var puzzles = File.ReadLines(RepositoryFolder.Combine("samples", "data", "sudoku_extreme_like_test.csv")).Skip(1).Take(20).Select(line => line.Split(',')[1]).Append(Easy).ToArray();
        File.WriteAllLines(_folder["list.txt"], puzzles);
        string[] command = ["solve", "sudoku", "--model", Model, "--segments", "2", "--file", _folder["list.txt"]];

        var csv = await ToolProcess.RunAsync([.. command, "--csv"]);
        var text = await ToolProcess.RunAsync(command);

        (csv.Code, text.Code).Should().Be((3, 3));
        csv.Lines[0].Should().Be("puzzle,answer,solved,segments,confidence");
        var rows = csv.Lines.Skip(1).Select(line => line.Split(',')).ToArray();
        rows.Select(row => row[0]).Should().Equal(puzzles);
        rows.Should().OnlyContain(row => (row[2] == "true") == SudokuGrid.Parse(row[0], SudokuShape.Nine).IsSolvedBy(SudokuGrid.Parse(row[1], SudokuShape.Nine)));
        rows[^1][1..4].Should().Equal(Solution, "true", "2");
        text.Lines.Should().Equal(rows.Select(row => $"{row[1]}\t{(row[2] == "true" ? "solved" : "not solved")} after 2 segments"));
    }

    [Fact]
    public async Task A_bad_line_ends_the_command_after_the_answers_before_it()
    {
        File.WriteAllText(_folder["list.txt"], $"{Easy}\n{Easy}1\n{Easy}\n");

        var result = await ToolProcess.RunAsync("solve", "sudoku", "--model", Model, "--segments", "2", "--json", "--file", _folder["list.txt"]);

        result.Code.Should().Be(1);
        result.Lines.Should().ContainSingle();
        result.Messages.Should().StartWith($"error: {_folder["list.txt"]}, line 2: expected 81 characters (a puzzle) or 9 (a row of one), got 82");
    }

    [Fact]
    public async Task A_file_of_bad_lines_alone_is_an_error()
    {
        File.WriteAllText(_folder["list.txt"], "bad\nworse\n");

        var result = await ToolProcess.RunAsync("solve", "sudoku", "--model", Model, "--json", "--skip-bad", "--file", _folder["list.txt"]);

        (result.Code, result.Output).Should().Be((1, string.Empty));
        result.Messages.Should().Contain("2 bad lines or puzzles skipped").And.EndWith("error: expected at least one puzzle, got none\n");
    }

    [Fact]
    public async Task Votes_and_adaptive_halting_take_effect()
    {
        var voted = await ToolProcess.RunAsync("solve", "sudoku", Easy, "--model", Model, "--json", "--think", "vote");
        var halted = await ToolProcess.RunAsync("solve", "sudoku", Easy, "--model", Model, "--json", "--adaptive");

        JsonDocument.Parse(halted.Output).RootElement.GetProperty("segments").GetInt32().Should().BeInRange(1, 8, "the Q-head halts long before 16 segments");
        var answer = JsonDocument.Parse(voted.Output).RootElement;
        (voted.Code, answer.GetProperty("variants").GetInt32(), answer.GetProperty("votes").GetInt32(), answer.GetProperty("segments").GetInt32()).Should().Be((0, 9, 9, 9 * 16));
        (answer.GetProperty("found").GetString(), answer.GetProperty("evaluations").GetInt32()).Should().Be(("vote", 9));
    }

    /// <summary>A model of random weights does not solve the puzzle; the search over its few blanks does.</summary>
    [Fact]
    public async Task Hard_thinking_searches_and_says_how_the_answer_was_found()
    {
        SaveRandomModel(16, 6);
        string[] command = ["solve", "sudoku", "1.....2..3.....4", "--model", _folder["run"]];
        var hard = await ToolProcess.RunAsync([.. command, "--think", "hard", "--json"]);
        var text = await ToolProcess.RunAsync([.. command, "--think", "hard"]);
        var once = await ToolProcess.RunAsync([.. command, "--json"]);
        var maze = await ToolProcess.RunAsync("solve", "maze", "S   G", "--model", SaveRandomModel(25, 6), "--think", "hard");

        (hard.Code, text.Code, once.Code, maze.Code).Should().Be((0, 0, 3, 2));
        var answer = JsonDocument.Parse(hard.Output).RootElement;
        (answer.GetProperty("solved").GetBoolean(), answer.GetProperty("found").GetString()).Should().Be((true, "search"));
        var evaluations = answer.GetProperty("evaluations").GetInt32();
        evaluations.Should().BeInRange(1, 300);
        text.Output.Should().StartWith(answer.GetProperty("answer").GetString());
        text.Output.Contains($", {evaluations} evaluation").Should().Be(evaluations > 1);
        JsonDocument.Parse(once.Output).RootElement.GetProperty("found").GetString().Should().Be("not_found");
        maze.Messages.Should().StartWith("error: --think: expected once or vote for ").And.Contain(", got hard: their partial answers are not puzzles.");
    }

    /// <summary>The blank has one candidate, so the model has no part in the answer.</summary>
    [Fact]
    public async Task An_answer_without_the_model_has_no_confidence()
    {
        SaveRandomModel(16, 6);
        var result = await ToolProcess.RunAsync("solve", "sudoku", "123434122143432.", "--model", _folder["run"], "--think", "hard", "--csv");
        var fields = result.Lines[1].Split(',');
        (result.Code, fields[1], fields[2], fields[4]).Should().Be((0, "1234341221434321", "true", string.Empty));
    }

    [Fact]
    public async Task A_single_puzzle_is_shown_with_its_intermediate_predictions()
    {
        var result = await ToolProcess.RunAsync("solve", "sudoku", SeventeenClues, "--model", Model);

        result.Code.Should().Be(0);
        result.Output.Should().Contain("intermediate predictions").And.Contain("puzzle").And.Contain("segment 1").And.Contain("solved after 16 segments: q_halt");
        result.Messages.Should().BeEmpty();
    }

    [Theory]
    [InlineData(2, "puzzle, --file: expected one of them, got both.", Easy, "--file", "x")]
    [InlineData(2, "puzzle: expected 81 characters, got 2", "12")]
    [InlineData(2, "puzzle: expected different digits in row 1, column 1*", "11.......................................................................,,,,,,,,")]
    [InlineData(2, "--skip-bad: does nothing with a single puzzle; leave it out.", Easy, "--skip-bad")]
    [InlineData(2, "--csv: does nothing with --json; leave it out.", Easy, "--csv", "--json")]
    [InlineData(2, "Argument 'harder' not recognized. Must be one of:*", Easy, "--think", "harder")]
    [InlineData(1, "*missing.txt*", "--file", "missing.txt")]
    public async Task Arguments_that_do_not_fit_are_refused(int code, string message, params string[] arguments)
    {
        var result = await ToolProcess.RunAsync(["solve", "sudoku", "--model", Model, .. arguments.Select(argument => argument.Replace(',', '.'))]);

        (result.Code, result.Output).Should().Be((code, string.Empty));
        result.Messages.TrimEnd().Should().Match($"error: {message}");
    }

    [Fact]
    public async Task Mazes_are_solved_from_text()
    {
        SaveRandomModel(25, 6);
        const string maze = "S #  \n  #  \n#   #\n    G\n#####";
        File.WriteAllText(_folder["mazes.txt"], $"{maze}\n\n{maze.ReplaceLineEndings(string.Empty)}\n");

        var many = await ToolProcess.RunAsync("solve", "maze", "--model", _folder["run"], "--json", "--file", _folder["mazes.txt"]);
        var one = await ToolProcess.RunAsync("solve", "maze", "--model", _folder["run"], maze);

        (many.Code, one.Code).Should().Be((3, 3));
        many.Lines.Should().HaveCount(2).And.OnlyContain(line => JsonDocument.Parse(line).RootElement.GetProperty("puzzle").GetString() == maze.ReplaceLineEndings(string.Empty));
        one.Output.Should().Contain("not solved after 2 segments");
    }

    /// <summary>The whole program: its input stays open, an answer comes for each line, and a signal ends it while it waits.</summary>
    [Fact]
    public async Task Standard_input_becomes_standard_output_line_by_line_until_a_signal()
    {
        SaveRandomModel(256, 18);
        var question = new string('.', 255) + "G";
        using var process = ToolProcess.Start("solve", "sudoku", "--model", _folder["run"], "-", "--json");
        for (var i = 0; i < 2; i++)
        {
            await process.StandardInput.WriteLineAsync(question);
            await process.StandardInput.FlushAsync();
            var line = await process.StandardOutput.ReadLineAsync();
            JsonDocument.Parse(line!).RootElement.GetProperty("puzzle").GetString().Should().Be(question);
        }

        if (OperatingSystem.IsWindows())
        {
            process.StandardInput.Close();
        }
        else
        {
            ToolProcess.Interrupt(process);
        }

        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(OperatingSystem.IsWindows() ? 3 : 130);
        (await process.StandardOutput.ReadToEndAsync()).Should().BeEmpty();
        (await process.StandardError.ReadToEndAsync()).Should().Contain(OperatingSystem.IsWindows() ? "0 of 2" : "cancelled");
    }

    private string SaveRandomModel(int length, int vocabulary)
    {
        var settings = new RunSettings
        {
            Task = length == 25 ? "maze" : "sudoku",
            Model = HrmPresets.Tiny(length, vocabulary),
            Augmentation = { HintProbability = 0 },
            Trainer = { Halting = { MaxSegments = 2 } },
        };
        using var generator = new TorchSharp.torch.Generator(1);
        using var model = new HrmModel(settings.Model, generator);
        model.Save(_folder["run"]);
        new RunFolder(_folder["run"]).Save(settings);
        return _folder["run"];
    }
}
