using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using TorchSharp;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Time from the start of a process to its first answer, with model and program in the file cache.</summary>
internal static class StartupRatios
{
    /// <summary>Name of the command that a measured process runs.</summary>
    public const string CommandName = "startup-case";

    private const int Rounds = 7;
    private const string Runtime = "runtime";
    private const string Libtorch = "libtorch";

    public static IEnumerable<RatioRow> Measure(bool isQuick)
    {
        var folder = Directory.CreateTempSubdirectory("hrm-startup").FullName;
        try
        {
            var (small, large) = (Path.Combine(folder, "small"), Path.Combine(folder, "large"));
            Save(HrmPresets.Small(sequenceLength: 81, vocabularySize: 11), small);
            Save(HrmPresets.SudokuExtreme, large);
            (string Case, string End)[] cases =
            [
                (Runtime, "`Main`"),
                (Libtorch, "the first operation of libtorch"),
                (small, "the first answer of the small model, one segment of a 9×9 puzzle"),
                (large, "the first answer of the 27M preset model, one segment of a 9×9 puzzle"),
            ];
            Side[] sides = Array.ConvertAll(cases, entry => new Side(entry.Case, () => ChildProcess.Run(typeof(StartupRatios).Assembly, [CommandName, entry.Case], ChildProcess.SmallNursery)));
            var times = RoundTimes.Measure(sides, Rounds, warmups: 1);
            return Array.ConvertAll(cases, entry => new RatioRow($"process start to {entry.End}, ms", times.MedianMs(entry.Case)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Runs a case in the measured process.</summary>
    public static void RunCase(string name)
    {
        if (name == Libtorch)
        {
            torch.zeros(1).Dispose();
        }
        else if (name != Runtime)
        {
            using var solver = HrmSolver.Load(name, new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
            Console.WriteLine(solver.Solve([.. Enumerable.Range(0, solver.Config.SequenceLength).Select(cell => 1 + (cell % 10))]).Tokens[0]);
        }
    }

    private static void Save(HrmConfig config, string folder)
    {
        using var model = RandomData.CreateModel(config);
        model.Save(folder);
    }
}
