using System.Globalization;
using Hrm;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.QuickStart;
using TorchSharp;

const string Usage = """
    Trains a 4×4 Sudoku model with the paper's algorithm and shows how it solves a puzzle.
    With 'solve', solves a 9×9 Sudoku with the model of the samples.

    Usage:
      QuickStart [--device DEVICE]
      QuickStart solve PUZZLE [--device DEVICE]

    PUZZLE  81 characters, row by row: 1 to 9, and a full stop or 0 for a blank.
    DEVICE  cpu (default) or cuda.

    Exit codes: 0 done; 1 a file or the work failed; 2 an argument is not valid; 3 the answer is not a solution.
    """;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    return args switch
    {
        [] or ["--device", "cpu"] => Train(torch.CPU),
        ["--device", "cuda"] => Train(torch.CUDA),
        ["solve", var puzzle] => Solve(puzzle, torch.CPU),
        ["solve", var puzzle, "--device", "cpu"] => Solve(puzzle, torch.CPU),
        ["solve", var puzzle, "--device", "cuda"] => Solve(puzzle, torch.CUDA),
        ["--help" or "-h"] => Fail(Usage, Console.Out, 0),
        _ => Fail(Usage, Console.Error, 2),
    };
}
catch (HrmFormatException error)
{
    return Fail($"error: {error.Message}", Console.Error, 2);
}
catch (HrmException error)
{
    return Fail($"error: {error.Message}", Console.Error, 1);
}

static int Fail(string message, TextWriter writer, int exitCode)
{
    writer.WriteLine(message);
    return exitCode;
}

static int Train(torch.Device device)
{
    using var sample = new FourByFour(seed: 1, device);
    Console.WriteLine($"A 4×4 Sudoku model with {sample.Model.Config.ParameterCount:N0} parameters, {sample.Puzzles.Training.Count:N0} training puzzles.");
    var elapsed = sample.Train((step, metrics) =>
    {
        if (step % 100 == 0)
        {
            Console.WriteLine($"step {step} of {sample.Steps}: {metrics.ExactAccuracy,6:P1} exact, halted after {metrics.Segments:F1} segments");
        }
    });

    var full = sample.Evaluate();
    var confident = sample.Evaluate(new ConfidenceHalting(0.95));
    var compared = sample.Evaluate(new QValueHalting());
    Console.WriteLine($"Trained in {elapsed.TotalSeconds:F1} s. {full.Count:N0} test puzzles, whose grids are not symmetric variants of training grids:");
    Console.WriteLine($"  all {full.Segments:F1} segments:                               {full.ExactAccuracy:P1} exact");
    Console.WriteLine($"  until sigmoid(q_halt) ≥ 0.95, {confident.Segments:F1} on average:        {confident.ExactAccuracy:P1} exact");
    Console.WriteLine($"  until q_halt > q_continue (paper), {compared.Segments:F1} on average:   {compared.ExactAccuracy:P1} exact");
    Console.WriteLine();

    var (puzzle, trace) = sample.Demonstrate();
    PrintBoards(FourByFour.Sudoku, puzzle.Question, puzzle.Answer, trace);

    var folder = Path.Combine("runs", "quickstart");
    sample.Model.Save(folder);
    using var loaded = HrmModel.Load(folder, device);
    using var solver = new HrmSolver(loaded, options: new SolverOptions { MaxSegments = sample.MaxSegments, Rule = HaltingRule.Never });
    var again = solver.Solve(FourByFour.Sudoku.Encode(puzzle.Question));
    var isSame = again.Tokens.SequenceEqual(trace[^1].Tokens) && again.QHalt.Equals(trace[^1].QHalt);
    Console.WriteLine($"Saved to {folder} and loaded again: the answer is {(isSame ? "the same" : "different")}.");
    return isSame ? 0 : 1;
}

static int Solve(string text, torch.Device device)
{
    var question = SudokuGrid.Parse(text, SudokuShape.Nine);
    if (question.FindConflict() is { } conflict)
    {
        return Fail($"error: puzzle: {conflict.Message}", Console.Error, 2);
    }

    var task = new SudokuTask(question.Shape);
    using var model = HrmModel.Load(Path.Combine(AppContext.BaseDirectory, "models", "sudoku-9x9"), device);
    using var solver = new HrmSolver(model, new ConfidenceHalting(0.95), new SolverOptions { MaxSegments = 64 });
    var trace = solver.Trace(task.Encode(question));
    PrintBoards(task, question, SudokuSearch.TrySolve(question, out var solution) ? solution : null, trace);

    var answer = task.Decode([.. trace[^1].Tokens]);
    var isSolved = question.IsSolvedBy(answer);
    var confidence = 1 / (1 + Math.Exp(-trace[^1].QHalt));
    Console.WriteLine($"{(isSolved ? "solved" : "not solved")} after {trace.Count} segments, the model is {confidence:P1} sure");
    Console.WriteLine(answer);
    return isSolved ? 0 : 3;
}

// Prints the puzzle and each new intermediate prediction side by side: right cells green, wrong cells red.
static void PrintBoards(SudokuTask task, SudokuGrid question, SudokuGrid? solution, IReadOnlyList<SolverAnswer> trace)
{
    const int PageWidth = 80;
    const string Gap = "    ";
    var side = question.Shape.Side;
    var width = Math.Max((2 * side) - 1, "segment 64".Length);
    var predictions = trace
        .Where((answer, i) => i == 0 || !answer.Tokens.SequenceEqual(trace[i - 1].Tokens))
        .Select(answer => (Title: $"segment {answer.Segments}", Grid: task.Decode([.. answer.Tokens])));
    foreach (var boards in predictions.Prepend((Title: "puzzle", Grid: question)).Chunk(PageWidth / (width + Gap.Length)))
    {
        Console.WriteLine(string.Join(Gap, boards.Select(board => board.Title.PadRight(width))));
        for (var row = 0; row < side; row++)
        {
            var rows = boards.Select(board => Row(board.Grid, row) + new string(' ', width - ((2 * side) - 1)));
            Console.WriteLine(string.Join(Gap, rows));
        }

        Console.WriteLine();
    }

    string Row(SudokuGrid grid, int row) => string.Join(' ', Enumerable.Range(row * side, side).Select(cell => Cell(grid, cell)));

    string Cell(SudokuGrid grid, int cell)
    {
        var symbol = question.Shape.SymbolOf(grid[cell]).ToString();
        return Console.IsOutputRedirected || solution is null || grid[cell] == question[cell] ? symbol
            : grid[cell] == solution[cell] ? $"\e[32m{symbol}\e[0m"
            : $"\e[31m{symbol}\e[0m";
    }
}
