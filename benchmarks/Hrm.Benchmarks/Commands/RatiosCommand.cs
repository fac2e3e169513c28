using System.Diagnostics;
using System.Runtime.InteropServices;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Numbers;

namespace Hrm.Benchmarks.Commands;

/// <summary><c>ratios</c>: every number that the design holds the library to, measured, with its bar, as Markdown and as JSON.</summary>
internal static class RatiosCommand
{
    public const string Name = "ratios";

    private static readonly INumbers[] Sections =
    [
        new ParityNumbers(),
        new BlockNumbers(),
        new TrainingStepNumbers(),
        new MemoryNumbers(),
        new LiveTensorNumbers(),
        new HaltingNumbers(),
    ];

    /// <summary>Measures, prints the table, and writes <c>ratios.json</c> and <c>ratios.md</c> into a folder.</summary>
    /// <param name="settings">How thoroughly.</param>
    /// <param name="only">The sections to measure; all of them where it is empty.</param>
    /// <param name="folder">Where the files go.</param>
    /// <returns>0 when every case could be measured, whatever the numbers are; else 1.</returns>
    public static int Run(NumberSettings settings, IReadOnlyList<string> only, string folder)
    {
        var machine = MachineState.Now();
        var rows = new List<NumberRow>();
        foreach (var section in Sections.Where(section => only.Count == 0 || only.Contains(section.Name)))
        {
            var watch = Stopwatch.StartNew();
            Measure(section, settings, rows);
            Console.WriteLine($"{section.Name}: {watch.Elapsed.TotalSeconds:F0} s");
        }

        var table = new NumberTable(machine, CommandLine(settings, only), settings, rows);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "ratios.json");
        table.Write(path);
        File.WriteAllText(Path.ChangeExtension(path, ".md"), table.ToMarkdown());
        Console.WriteLine($"\n{table.ToMarkdown()}\n{path}");
        return rows.Any(row => row.Failure is not null) ? 1 : 0;
    }

    /// <summary>Whether there is such a section.</summary>
    public static bool HasSection(string name) => Array.Exists(Sections, section => section.Name == name);

    /// <summary>The names of the sections.</summary>
    public static string SectionNames => string.Join(", ", Sections.Select(section => section.Name));

    private static void Measure(INumbers section, NumberSettings settings, List<NumberRow> rows)
    {
        try
        {
            foreach (var row in section.Measure(settings))
            {
                Console.WriteLine(FormattableString.Invariant($"{row.Measured,8:0.000}  {row.What}: {row.Note}"));
                rows.Add(row);
            }
        }
        catch (Exception exception) when (exception is HrmException or ExternalException or IOException)
        {
            Console.WriteLine($"FAILED  {section.Name}: {exception.Message}");
            rows.Add(new NumberRow(section.Name, Measured: null) { Failure = $"not measured: {exception.Message}" });
        }
    }

    private static string CommandLine(NumberSettings settings, IReadOnlyList<string> only) => string.Join(
        ' ',
        ["benchmarks --", Name, .. settings.IsQuick ? ["--quick"] : Array.Empty<string>(), .. only.SelectMany(section => new[] { "--only", section })]);
}
