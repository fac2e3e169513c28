using System.Diagnostics;

namespace Hrm.Benchmarks.Measuring;

/// <summary>This program in another process: for what a process has only once, as its peak of memory and its start.</summary>
internal static class ChildProcess
{
    /// <summary>
    /// The managed nursery, in hexadecimal bytes. Left alone, .NET lets the wrappers of tensors pile up to a budget that goes
    /// by the processor's cache (tens of MB), and reaches it after fewer steps where a step has more updates: that would be
    /// measured, not the step.
    /// </summary>
    private const string NurseryBytes = "400000";

    /// <summary>What makes the memory of .NET itself the same in each process.</summary>
    public static IReadOnlyDictionary<string, string> SmallNursery { get; } = new Dictionary<string, string> { ["DOTNET_GCgen0size"] = NurseryBytes };

    /// <summary>Runs the program with arguments and <see cref="SmallNursery"/>; what it wrote to its standard output.</summary>
    /// <exception cref="MeasurementException">It ended with another exit code than 0.</exception>
    public static string Run(params IEnumerable<string> arguments) => Run(SmallNursery, arguments);

    /// <summary>Runs the program with variables of the environment and arguments; what it wrote to its standard output.</summary>
    /// <exception cref="MeasurementException">It ended with another exit code than 0.</exception>
    public static string Run(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath ?? throw new MeasurementException("The path of this process is not known.");
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, $"{typeof(ChildProcess).Assembly.GetName().Name}.dll")] : [];
        string[] all = [.. host, .. arguments];
        var start = new ProcessStartInfo(program, all) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new MeasurementException($"{string.Join(' ', arguments)}: expected exit code 0, got {process.ExitCode}: {output}");
    }
}
