using System.Diagnostics;
using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using TorchSharp;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>startup</c>: from the start of a process to its first answer, and what of it .NET and libtorch take by themselves. Processes in
/// alternating rounds; model and program are in the file cache.
/// </summary>
internal static class StartupCommand
{
    public const string Name = "startup";

    /// <summary>What the other process is told.</summary>
    public const string CaseName = "startup-case";

    private const int Rounds = 7;
    private const string Runtime = "runtime";
    private const string Libtorch = "libtorch";

    /// <summary>Measures and prints the table.</summary>
    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("hrm-startup").FullName;
        try
        {
            (string Name, HrmConfig Config)[] models = [("small", HrmPresets.Small(81, 11)), ("27M preset", HrmPresets.SudokuExtreme)];
            List<Side> sides = [Child(Runtime, Runtime), Child(Libtorch, Libtorch)];
            foreach (var (name, config) in models)
            {
                using var model = RandomModel.Create(config);
                var path = Path.Combine(folder, config.HiddenSize.ToString(CultureInfo.InvariantCulture));
                model.Save(path);
                sides.Add(Child(name, path));
            }

            var times = InterleavedRounds.Measure(sides, Rounds, warmups: 1);
            Console.WriteLine($"| from process start to … | ms, median of {Rounds} |\n|---|---|");
            Write("`Main`", Runtime, times);
            Write("libtorch loaded, a first operation", Libtorch, times);
            foreach (var (name, _) in models)
            {
                Write($"the first answer of the {name} model, one segment of a 9×9 puzzle", name, times);
            }

            Console.WriteLine($"\n`benchmarks -- {Name}`; {MachineState.Now()}.");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>In the other process: does as much as it is told, and ends.</summary>
    public static int RunCase(string what)
    {
        if (what == Libtorch)
        {
            torch.zeros(1).Dispose();
        }
        else if (what != Runtime)
        {
            using var solver = HrmSolver.Load(what, new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
            var answer = solver.Solve([.. Enumerable.Range(0, solver.Config.SequenceLength).Select(cell => 1 + (cell % 10))]);
            Console.WriteLine(answer.Tokens[0]);
        }

        return 0;
    }

    private static Side Child(string name, string what) => new(name, () => ChildProcess.Run(CaseName, what));

    private static void Write(string what, string side, RoundTimes times)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times.MedianMs(side):F0} |"));
}
