using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hrm.Core;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>solve sudoku</c>, <c>solve maze</c>: solves a puzzle and shows each intermediate prediction, or streams the answers to many.</summary>
internal static class SolveCommand
{
    private const string StandardInput = "standard input";

    // Enough to fill the running batches of the solver.
    private const int MostPending = 512;
    private const int Variants = 3;
    private const int Starts = 3;
    private const int Evaluations = 300;
    private const string Once = "once";
    private const string Vote = "vote";
    private const string Hard = "hard";

    private static readonly Argument<string?> Puzzle = new("puzzle") { Arity = ArgumentArity.ZeroOrOne, Description = "The cells row by row, or - for puzzles from the standard input." };
    private static readonly Option<string[]> Files = CommonOptions.Files("--file", "One or more files of puzzles: CSV or text, one puzzle or one row per line.");
    private static readonly Option<bool> Csv = new("--csv") { Description = "Write CSV: puzzle, answer, solved, segments, confidence." };
    private static readonly Option<string> Think = CreateThink();

    public static Command Create(ToolTask task)
    {
        var command = new Command(task.Name, $"Solve {task.Puzzles}: one puzzle in pictures, or many. Exit code 3 if an answer is not a solution.")
        {
            Puzzle, Files, CommonOptions.Model, CommonOptions.Modules, CommonOptions.Segments, CommonOptions.Adaptive, Think, CommonOptions.Json, Csv, CommonOptions.SkipBad,
            TorchOptions.Device, TorchOptions.Dtype, TorchOptions.Tf32, TorchOptions.Threads,
        };
        command.SetAction((result, cancellationToken) => Task.Run(() => SolveAsync(result, task, cancellationToken), CancellationToken.None));
        return command;
    }

    private static async Task<int> SolveAsync(ParseResult result, ToolTask tool, CancellationToken cancellationToken)
    {
        RequireOneSource(result);
        var source = CommonOptions.OpenModel(result, tool);
        var segments = CommonOptions.ReadSegments(result);
        var settings = source.CreateSettings(tool, tool.PaperLength);
        var task = tool.CreateSymmetricTask(new PuzzleSize(settings.Model.SequenceLength, settings.Model.VocabularySize, settings.Model.PuzzleIdCount))!;
        if (result.GetValue(Think) == Hard && task is not ISearchableTask)
        {
            throw new UsageException($"--think: expected {Once} or {Vote} for {tool.Puzzles}, got {Hard}: their partial answers are not puzzles.");
        }

        var inputs = result.GetValue(Puzzle) is { } text and not "-" ? Parse(task, text) : null;
        using var model = source.Load(tool.PaperLength, TorchOptions.Apply(result), TorchOptions.ReadDtype(result.GetValue(TorchOptions.Dtype)));
        using var solver = new HrmSolver(model, options: new SolverOptions
        {
            MaxSegments = segments ?? settings.Trainer.Halting.MaxSegments,
            Rule = result.GetValue(CommonOptions.Adaptive) ? source.RuleOf(model) : HaltingRule.Never,
        });
        var think = result.GetValue(Think)!;
        var isLines = result.GetValue(CommonOptions.Json) || result.GetValue(Csv) || think != Once;
        if (inputs is not null && !isLines)
        {
            return await ShowAsync(tool, task, solver, inputs, cancellationToken);
        }

        var bad = new BadLines();
        var puzzles = inputs is not null ? [task.Format(inputs)] : ReadPuzzles(result, tool, task, result.GetValue(CommonOptions.SkipBad) ? bad.Add : null);
        var thinking = new ThinkingSolver(solver, think switch
        {
            Vote => new ThinkingOptions { Symmetries = Variants, Starts = Starts },
            Hard => new ThinkingOptions { Evaluations = Evaluations },
            _ => new ThinkingOptions(),
        }, task);
        var (solved, count) = await WriteAnswersAsync(puzzles, task, thinking, CreateWriter(result), cancellationToken);
        bad.Report();
        return count == 0 ? throw new HrmFormatException("expected at least one puzzle, got none") : solved == count ? 0 : CommandLine.No;
    }

    private static Option<string> CreateThink()
    {
        var option = new Option<string>("--think")
        {
            Description = "once; vote: the most frequent of 9 answers, to 3 symmetric variants from 3 initial states each; hard: a search with the check of the task, at most 300 evaluations, Sudoku only.",
            DefaultValueFactory = _ => Once,
        };
        option.AcceptOnlyFromAmong(Once, Vote, Hard);
        return option;
    }

    private static void RequireOneSource(ParseResult result)
    {
        var (puzzle, files) = (result.GetValue(Puzzle), result.GetValue(Files) ?? []);
        if (puzzle is not null && files.Length > 0)
        {
            throw new UsageException("puzzle, --file: expected one of them, got both.");
        }

        if (puzzle is null && files.Length == 0 && !Console.IsInputRedirected)
        {
            throw new UsageException("puzzle: expected a puzzle, --file, or - for puzzles from the standard input.");
        }

        if (puzzle is not (null or "-"))
        {
            CommonOptions.RequireAbsent(result, "with a single puzzle", CommonOptions.SkipBad);
        }

        if (result.GetValue(CommonOptions.Json))
        {
            CommonOptions.RequireAbsent(result, "with --json", Csv);
        }
    }

    private static int[] Parse(ISymmetricTask task, string puzzle)
    {
        try
        {
            return task.Parse(puzzle.ReplaceLineEndings(string.Empty));
        }
        catch (HrmFormatException error)
        {
            throw new UsageException($"puzzle: {error.Problem}");
        }
    }

    private static IEnumerable<string> ReadPuzzles(ParseResult result, ToolTask tool, ISymmetricTask task, Action<HrmFormatException>? skipped)
    {
        var files = result.GetValue(Files) ?? [];
        foreach (var name in files.Length > 0 ? files : [StandardInput])
        {
            using var stream = files.Length > 0 ? File.OpenRead(name) : Console.OpenStandardInput();
            foreach (var puzzle in tool.ReadQuestions(stream, name, task, skipped)!)
            {
                yield return puzzle;
            }
        }
    }

    /// <summary>Writes the answers in the order of the puzzles, each when it and those before it are ready.</summary>
    /// <returns>The numbers of solutions and of answers.</returns>
    private static async Task<(int Solved, int Count)> WriteAnswersAsync(
        IEnumerable<string> puzzles, ISymmetricTask task, ThinkingSolver solver, Action<SolvedPuzzle> write, CancellationToken cancellationToken)
    {
        var pending = Channel.CreateBounded<(string Puzzle, int[] Inputs, Task<ThinkingAnswer> Answer)>(MostPending);

        // Not awaited: nothing ends a read of the standard input, and a signal must not wait for it.
        _ = Task.Run(() => AskAsync(puzzles, task, solver, pending.Writer, cancellationToken), CancellationToken.None);
        var (clock, count, solved) = (Stopwatch.StartNew(), 0, 0);
        await foreach (var (puzzle, inputs, answering) in pending.Reader.ReadAllAsync(cancellationToken))
        {
            var answer = await answering;
            var isSolved = task.IsSolution(inputs, answer.Tokens);
            write(new SolvedPuzzle(puzzle, task.Format(answer.Tokens), isSolved, answer));
            (count, solved) = (count + 1, solved + (isSolved ? 1 : 0));
        }

        CommandLine.Messages.WriteLine($"{solved:N0} of {Words.Count(count, "puzzle")} solved in {clock.Elapsed.TotalSeconds:F1} s");
        return (solved, count);
    }

    private static async Task AskAsync(
        IEnumerable<string> puzzles, ISymmetricTask task, ThinkingSolver solver, ChannelWriter<(string, int[], Task<ThinkingAnswer>)> pending, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var puzzle in puzzles)
            {
                // Room first: the solver has no more puzzles than there are places.
                await pending.WaitToWriteAsync(cancellationToken);
                var inputs = task.Parse(puzzle);
                await pending.WriteAsync((puzzle, inputs, solver.SolveAsync(inputs, cancellationToken: cancellationToken)), cancellationToken);
            }

            pending.Complete();
        }
        catch (Exception error)
        {
            // Reported after the answers to the puzzles before.
            pending.Complete(error);
        }
    }

    private static Action<SolvedPuzzle> CreateWriter(ParseResult result)
    {
        if (result.GetValue(CommonOptions.Json))
        {
            return solved => JsonOutput.Write(solved.ToJson());
        }

        if (!result.GetValue(Csv))
        {
            return solved => Console.Out.WriteLine($"{solved.Answer}\t{(solved.IsSolved ? "solved" : "not solved")} after {Words.Count(solved.Thinking.Segments, "segment")}{Searched(solved.Thinking)}");
        }

        Console.Out.WriteLine("puzzle,answer,solved,segments,confidence");
        return solved => Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{solved.Puzzle},{solved.Answer},{(solved.IsSolved ? "true" : "false")},{solved.Thinking.Segments},{(double.IsNaN(solved.Confidence) ? null : (double?)solved.Confidence):F4}"));
    }

    private static string Searched(ThinkingAnswer answer)
        => answer.Evaluations > answer.Attempts ? $", {Words.Count(answer.Evaluations, "evaluation")}" : string.Empty;

    private static async Task<int> ShowAsync(ToolTask tool, ISymmetricTask task, HrmSolver solver, int[] inputs, CancellationToken cancellationToken)
    {
        var trace = new List<SolverAnswer>();
        await foreach (var prediction in solver.TraceAsync(inputs, cancellationToken: cancellationToken))
        {
            trace.Add(prediction);
        }

        var solution = tool.FindSolution(inputs, cancellationToken);
        var grids = Changes(trace).Select(change => tool.ViewAnswer(change.Title, inputs, solution, change.Answer.Tokens)!);
        ConsolePage.Write(AnsiConsole.Console, [new PuzzleView("intermediate predictions", [tool.ViewAnswer("puzzle", inputs, null, inputs)!, .. grids])]);
        var isSolved = task.IsSolution(inputs, trace[^1].Tokens);
        AnsiConsole.Console.WriteLine($"{(isSolved ? "solved" : "not solved")} after {Words.Count(trace.Count, "segment")}: q_halt {trace[^1].QHalt:F1}, q_continue {trace[^1].QContinue:F1}");
        return isSolved ? 0 : CommandLine.No;
    }

    /// <summary>Finds the segments that change the prediction; the title names the segments that keep it.</summary>
    private static IEnumerable<(string Title, SolverAnswer Answer)> Changes(List<SolverAnswer> trace)
    {
        for (var (first, last) = (0, 0); first < trace.Count; first = ++last)
        {
            while (last + 1 < trace.Count && trace[last + 1].Tokens.SequenceEqual(trace[first].Tokens))
            {
                last++;
            }

            yield return (first == last ? $"segment {trace[first].Segments}" : $"segments {trace[first].Segments}-{trace[last].Segments}", trace[first]);
        }
    }

    /// <summary>A puzzle and its answer as text.</summary>
    private sealed record SolvedPuzzle(string Puzzle, string Answer, bool IsSolved, ThinkingAnswer Thinking)
    {
        public double Confidence => 1 / (1 + Math.Exp(-(double)Thinking.QHalt));

        public JsonObject ToJson() => new()
        {
            ["puzzle"] = Puzzle,
            ["answer"] = Answer,
            ["solved"] = IsSolved,
            ["segments"] = Thinking.Segments,
            ["confidence"] = JsonOutput.Number(Confidence),
            ["votes"] = Thinking.Agreeing,
            ["variants"] = Thinking.Attempts,
            ["found"] = SearchReport.NameOf(IsSolved ? Thinking.Source : AnswerSource.NotFound),
            ["evaluations"] = Thinking.Evaluations,
        };
    }
}
