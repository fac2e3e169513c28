using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Hrm.Benchmarks.Measuring;

/// <summary>Where and on what something was measured.</summary>
/// <param name="Processor">The processor's name, and what of it matters here.</param>
/// <param name="Processors">How many processors the process may use.</param>
/// <param name="Threads">The threads of one operation of libtorch.</param>
/// <param name="MemoryGiB">The memory of the machine.</param>
/// <param name="Load">The load average of the last minute before the measurement; near 0 on an idle machine.</param>
/// <param name="Platform">Operating system and .NET.</param>
/// <param name="Commit">The commit that the program was built from.</param>
/// <param name="Date">The day, UTC.</param>
internal sealed record MachineState(
    string Processor, int Processors, int Threads, double MemoryGiB, double? Load, string Platform, string Commit, string Date)
{
    public static MachineState Now() => new(
        ProcessorName(),
        Environment.ProcessorCount,
        torch.get_num_threads(),
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024), 1),
        LoadAverage(),
        $"{RuntimeInformation.OSDescription}, .NET {Environment.Version}",
        CommitOfBuild(),
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>One line for below a table.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processors} cores of {Processor}, {Threads} threads, {MemoryGiB} GiB, load {Load:0.0} before; {Platform}; commit {Commit[..Math.Min(10, Commit.Length)]}, {Date}");

    private static string ProcessorName()
    {
        const string Information = "/proc/cpuinfo";
        if (!File.Exists(Information))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        var lines = File.ReadAllLines(Information);
        var name = FieldOf(lines, "model name");
        var flags = FieldOf(lines, "flags").Split(' ');
        string[] known = ["avx2", "avx512f", "avx512_bf16", "amx_bf16"];
        return $"{name} ({string.Join(", ", known.Where(flags.Contains))})";
    }

    private static string FieldOf(string[] lines, string name)
        => Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "";

    private static double? LoadAverage()
    {
        const string Averages = "/proc/loadavg";
        return File.Exists(Averages) ? double.Parse(File.ReadAllText(Averages).Split(' ')[0], CultureInfo.InvariantCulture) : null;
    }

    private static string CommitOfBuild()
    {
        var version = typeof(MachineState).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? "unknown" : version[(plus + 1)..];
    }
}
