using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Hrm.Benchmarks.Commands;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Ratios;

/// <summary><c>ratios</c>: measures the numbers that the library has to hold, and writes a table with their bars.</summary>
internal sealed class RatiosCommand : Command
{
    private static readonly Dictionary<string, Func<bool, IEnumerable<RatioRow>>> Sections = new(StringComparer.Ordinal)
    {
        ["block"] = BlockRatios.Measure,
        ["step"] = TrainingStepRatios.Measure,
        ["memory"] = MemoryCommand.MeasureGrowth,
        ["halting"] = HaltingRatios.Measure,
        ["startup"] = StartupRatios.Measure,
    };

    private readonly Option<bool> _isQuick = new("--quick") { Description = "Fewer rounds: minutes instead of most of an hour." };
    private readonly Option<string[]> _only = new("--only") { Description = "Sections to measure; all by default.", AllowMultipleArgumentsPerToken = true };

    public RatiosCommand()
        : base("ratios", "Measures the numbers to hold, and writes a table with their bars.")
    {
        _only.AcceptOnlyFromAmong([.. Sections.Keys]);
        Add(_isQuick);
        Add(_only);
        SetAction(result => Measure(result.GetValue(_isQuick), result.GetValue(_only) ?? []));
    }

    private static int Measure(bool isQuick, string[] only)
    {
        var machine = MachineState.Now();
        var rows = new List<RatioRow>();
        foreach (var (name, measure) in Sections.Where(section => only.Length == 0 || only.Contains(section.Key)))
        {
            var watch = Stopwatch.StartNew();
            Measure(name, measure, isQuick, rows);
            Console.WriteLine(FormattableString.Invariant($"{name}: {watch.Elapsed.TotalSeconds:F0} s"));
        }

        var command = string.Join(' ', ["benchmarks -- ratios", .. isQuick ? ["--quick"] : Array.Empty<string>(), .. only.Select(section => $"--only {section}")]);
        Write("ratios.md", command, machine, rows);
        return rows.Any(row => row.Measured is null) ? 1 : 0;
    }

    /// <summary>Writes a table to the console and to a file in the folder of the results.</summary>
    /// <param name="file">Name of the file.</param>
    /// <param name="command">Command that measured the rows.</param>
    /// <param name="machine">State of the machine before the measurement.</param>
    /// <param name="rows">The rows.</param>
    public static void Write(string file, string command, MachineState machine, IEnumerable<RatioRow> rows)
    {
        var table = $"{RatioRow.Header}\n{string.Join('\n', rows)}\n\n`{command}`; {machine}.\n";
        var path = Path.Combine(Directory.CreateDirectory("BenchmarkDotNet.Artifacts").FullName, file);
        File.WriteAllText(path, table);
        Console.WriteLine($"\n{table}\n{path}");
    }

    private static void Measure(string name, Func<bool, IEnumerable<RatioRow>> measure, bool isQuick, List<RatioRow> rows)
    {
        try
        {
            foreach (var row in measure(isQuick))
            {
                Console.WriteLine(FormattableString.Invariant($"{row.Measured,8:0.000}  {row.Quantity}: {row.Note}"));
                rows.Add(row);
            }
        }
        catch (Exception exception) when (exception is HrmException or ExternalException or IOException)
        {
            Console.WriteLine($"FAILED  {name}: {exception.Message}");
            rows.Add(new RatioRow(name, Measured: null, $"not measured: {exception.Message}"));
        }
    }
}
