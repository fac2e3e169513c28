using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Environments;
using TorchSharp;

namespace Hrm.Benchmarks.Measuring;

/// <summary>Machine, commit and date of a measurement.</summary>
/// <param name="Platform">Operating system, processor, .NET version and vector extensions.</param>
/// <param name="Threads">Number of threads of a libtorch operation.</param>
/// <param name="Load">Load average of the minute before the measurement; near 0 on an idle machine.</param>
/// <param name="Products">Library of the float32 products on the CPU.</param>
/// <param name="Commit">Commit that the program was built from.</param>
/// <param name="Date">Date, UTC.</param>
internal sealed record MachineState(string Platform, int Threads, double? Load, string Products, string Commit, string Date)
{
    private const string LoadAverages = "/proc/loadavg";

    public static MachineState Now() => new(
        string.Join("; ", HostEnvironmentInfo.GetCurrent().ToFormattedString().Skip(1)),
        torch.get_num_threads(),
        File.Exists(LoadAverages) ? double.Parse(File.ReadAllText(LoadAverages).Split(' ')[0], CultureInfo.InvariantCulture) : null,
        Layers.Kernels.Products.Library,
        typeof(MachineState).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[^1],
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>Formats the line below a table.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Platform}; {Threads} threads, load {Load:0.0} before, float32 products by {Products}; commit {Commit[..Math.Min(10, Commit.Length)]}, {Date}");
}
