using System.Globalization;
using Hrm;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.QuickStart;
using TorchSharp;

const string Usage = """
    Trains a 4×4 Sudoku model with the paper's algorithm and shows how it solves a puzzle.
    With 'solve' or 'maze', solves a 9×9 Sudoku or a 30×30 maze with a model of the samples.

    Usage:
      QuickStart [--device DEVICE]
      QuickStart solve PUZZLE [--device DEVICE]
      QuickStart maze [MAZE] [--device DEVICE]

    PUZZLE  81 characters, row by row: 1 to 9, and a full stop or 0 for a blank.
    MAZE    900 characters, row by row: # wall, space free, S start, G goal. Default: a maze whose shortest path has 110 cells or more.
    DEVICE  cpu (default) or cuda.

    Exit codes: 0 done; 1 a file or the work failed; 2 an argument is not valid; 3 the answer is not a solution.
    """;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var usesCuda = args is [.., "--device", "cuda"];
    if (usesCuda && !torch.cuda.is_available())
    {
        return Fail("error: --device: expected a CUDA device on this machine, got none", Console.Error, 2);
    }

    var device = usesCuda ? torch.CUDA : torch.CPU;
    return (args is [.. var command, "--device", "cpu" or "cuda"] ? command : args) switch
    {
        [] => Train(device),
        ["solve", var puzzle] => SolveSudoku(puzzle, device),
        ["maze"] => SolveMaze(new MazeGenerator(MazeShape.Square(30), MazeGenerator.HardPathCells, new StatefulRandom(4)).NextPuzzle(), device),
        ["maze", var maze] => SolveMaze(MazePuzzle.Of(MazeGrid.Parse(maze, MazeShape.Square(30))), device),
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
    PrintPredictions(FourByFour.Sudoku, puzzle.Question.ToString(), puzzle.Answer.ToString(), trace);

    var folder = Path.Combine("runs", "quickstart");
    sample.Model.Save(folder);
    using var loaded = HrmModel.Load(folder, device);
    using var solver = new HrmSolver(loaded, options: new SolverOptions { MaxSegments = sample.MaxSegments, Rule = HaltingRule.Never });
    var again = solver.Solve(FourByFour.Sudoku.Encode(puzzle.Question));
    var isSame = again.Tokens.SequenceEqual(trace[^1].Tokens) && again.QHalt.Equals(trace[^1].QHalt);
    Console.WriteLine($"Saved to {folder} and loaded again: the answer is {(isSame ? "the same" : "different")}.");
    return isSame ? 0 : 1;
}

static int SolveSudoku(string text, torch.Device device)
{
    var task = new SudokuTask(SudokuShape.Nine);
    var tokens = task.Parse(text);
    var trace = Trace("sudoku-9x9", new ConfidenceHalting(0.95), tokens, device);
    var question = task.Decode(tokens);
    PrintPredictions(task, question.ToString(), SudokuSearch.TrySolve(question, out var solution) ? solution.ToString() : null, trace);

    var isSolved = task.IsSolution(tokens, trace[^1].Tokens);
    Console.WriteLine($"{(isSolved ? "solved" : "not solved")} after {trace.Count} segments, the model is {trace[^1].Confidence:P1} sure");
    Console.WriteLine(task.Format(trace[^1].Tokens));
    return isSolved ? 0 : 3;
}

static int SolveMaze(MazePuzzle puzzle, torch.Device device)
{
    var task = new MazeTask(puzzle.Shape);
    var trace = Trace("maze-30x30", new StableHalting(4), task.Encode(puzzle.Question), device);
    var answer = task.Decode(trace[^1].Tokens);
    var fault = puzzle.Question.FindFault(answer);
    var solution = fault is null ? answer : puzzle.Answer; // a maze may have several shortest paths
    PrintBoards(puzzle.Question.ToString(), solution.ToString(), [($"segment {trace.Count}", answer.ToString())]);

    var outcome = fault is null ? $"solved by a shortest path of {answer.PathCells} cells" : $"not solved: {fault.Message}";
    Console.WriteLine($"after {trace.Count} segments {outcome}");
    return fault is null ? 0 : 3;
}

static IReadOnlyList<SolverAnswer> Trace(string model, IHaltingPolicy halting, int[] tokens, torch.Device device)
{
    var folder = Path.Combine(AppContext.BaseDirectory, "models", model);
    using var solver = HrmSolver.Load(folder, new SolverOptions { MaxSegments = 64 }, halting, device);
    return solver.Trace(tokens);
}

// Prints the puzzle and each new intermediate prediction.
static void PrintPredictions(SudokuTask task, string question, string? solution, IReadOnlyList<SolverAnswer> trace)
{
    var predictions = trace
        .Where((answer, i) => i == 0 || !answer.Tokens.SequenceEqual(trace[i - 1].Tokens))
        .Select(answer => ($"segment {answer.Segments}", task.Format(answer.Tokens)));
    PrintBoards(question, solution, predictions.Prepend(("puzzle", question)));
}

// Prints boards side by side: right cells green, wrong cells red.
static void PrintBoards(string question, string? solution, IEnumerable<(string Title, string Cells)> boards)
{
    const int PageWidth = 80;
    const string Gap = "    ";
    var side = (int)Math.Sqrt(question.Length);
    var width = Math.Max((2 * side) - 1, "segment 64".Length);
    foreach (var line in boards.Chunk(PageWidth / (width + Gap.Length)))
    {
        Console.WriteLine(string.Join(Gap, line.Select(board => board.Title.PadRight(width))));
        for (var row = 0; row < side; row++)
        {
            var rows = line.Select(board => Row(board.Cells, row) + new string(' ', width - ((2 * side) - 1)));
            Console.WriteLine(string.Join(Gap, rows));
        }

        Console.WriteLine();
    }

    string Row(string cells, int row) => string.Join(' ', Enumerable.Range(row * side, side).Select(cell => Cell(cells[cell], cell)));

    string Cell(char symbol, int cell) => Console.IsOutputRedirected || solution is null || symbol == question[cell] ? $"{symbol}"
        : symbol == solution[cell] ? $"\e[32m{symbol}\e[0m"
        : $"\e[31m{symbol}\e[0m";
}
