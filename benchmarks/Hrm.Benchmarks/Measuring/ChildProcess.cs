using System.Diagnostics;

namespace Hrm.Benchmarks.Measuring;

/// <summary>Runs this program in another process, because a process has only one start and one peak of memory.</summary>
internal static class ChildProcess
{
    /// <summary>
    /// Size of the managed nursery, in hexadecimal bytes. By default it depends on the processor's cache, and the wrappers of tensors
    /// fill it before they are collected: tens of MB that are not part of the measured work.
    /// </summary>
    private const string NurseryBytes = "400000";

    /// <summary>Runs the program and returns its standard output.</summary>
    /// <exception cref="MeasurementException">The exit code is not 0.</exception>
    public static string Run(params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(ChildProcess).Assembly.Location] : [];
        string[] all = [.. host, .. arguments];
        var start = new ProcessStartInfo(program, all) { RedirectStandardOutput = true };
        start.Environment["DOTNET_GCgen0size"] = NurseryBytes;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new MeasurementException($"{string.Join(' ', arguments)}: expected exit code 0, got {process.ExitCode}: {output}");
    }
}
