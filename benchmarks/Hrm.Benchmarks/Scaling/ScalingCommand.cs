using System.Diagnostics;
using System.Globalization;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Scaling;

/// <summary>
/// <c>scaling [--redraw] [--images FOLDER]</c>: how time and memory grow with B, S, D, N·T and threads, each point in a process of its own; tables, and a
/// picture for each sweep.
/// </summary>
internal static class ScalingCommand
{
    public const string Name = "scaling";

    /// <summary>What a process is told that measures one point.</summary>
    public const string CaseName = "scaling-case";

    /// <summary>How much of the machine's memory a point may take.</summary>
    private const double MemoryShare = 0.6;

    /// <summary>Measures every point, prints the tables, and writes tables and pictures.</summary>
    /// <param name="folder">Where the tables go.</param>
    /// <param name="images">Where the pictures go.</param>
    public static int Run(string folder, string images)
    {
        var machine = MachineState.Now();
        var (watch, measured) = (Stopwatch.StartNew(), new Dictionary<ScalingCase, ScalingPoint>());
        var rows = new List<SweepRow>();
        Directory.CreateDirectory(folder);
        foreach (var sweep in Sweep.All)
        {
            var points = sweep.Values.SelectMany(value => Enum.GetValues<ScalingMode>().Select(mode => Measure(sweep, mode, value, measured))).ToArray();
            rows.AddRange(points);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sweep.Name}: done after {watch.Elapsed.TotalSeconds:F0} s"));
        }

        var report = new ScalingReport(machine, $"benchmarks -- {Name}", rows);
        report.Write(folder);
        Draw(rows, images);
        Console.WriteLine($"\n{report.ToMarkdown()}\n{folder}\n{images}");
        return 0;
    }

    /// <summary>Draws the pictures again from the tables of an earlier run.</summary>
    public static int Redraw(string folder, string images)
    {
        Draw(ScalingReport.Read(folder).Rows, images);
        return 0;
    }

    /// <summary>In the process of a point: measures it, and prints it.</summary>
    public static int RunCase(IReadOnlyList<string> arguments)
    {
        Console.WriteLine(ScalingMeasurement.Measure(ScalingCase.Parse(arguments)).ToLine());
        return 0;
    }

    private static void Draw(IReadOnlyList<SweepRow> rows, string images)
    {
        Directory.CreateDirectory(images);
        foreach (var sweep in Sweep.All)
        {
            SweepPlot.Write(sweep, [.. rows.Where(row => row.Sweep == sweep.Name)], Subtitle(sweep), Path.Combine(images, $"scaling-{sweep.Name}.png"));
        }
    }

    private static SweepRow Measure(Sweep sweep, ScalingMode mode, int value, Dictionary<ScalingCase, ScalingPoint> measured)
    {
        var scaling = sweep.Apply(Sweep.Base with { Mode = mode }, value);
        if (mode == ScalingMode.Bptt && scaling.UnrolledBytes > MemoryShare * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            return new SweepRow(sweep.Name, mode, sweep.Place(value), Milliseconds: null, PeakMiB: null);
        }

        // The sweeps cross at the base: measured once.
        if (!measured.TryGetValue(scaling, out var point))
        {
            point = ScalingPoint.Parse(ChildProcess.Run(scaling.Arguments));
            measured[scaling] = point;
        }

        return new SweepRow(sweep.Name, mode, sweep.Place(value), point.Milliseconds, point.PeakMiB);
    }

    /// <summary>What stays the same in a sweep.</summary>
    private static string Subtitle(Sweep sweep)
    {
        var still = Sweep.Base;
        (string Name, string Text)[] parts =
        [
            ("batch", $"B {still.Batch}"),
            ("tokens", $"S {still.Tokens}"),
            ("width", $"D {still.Width}"),
            ("cycles", $"N = T = {still.Cycles}"),
            ("threads", $"{still.Threads} threads"),
        ];
        return string.Join(", ", parts.Where(part => part.Name != sweep.Name).Select(part => part.Text).Append("float32"));
    }
}
