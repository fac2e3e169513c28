using System.Diagnostics;
using System.Reflection;

namespace Hrm.Tool;

/// <summary>Runs a program in another process, because a process has only one start and one peak of memory.</summary>
internal static class ChildProcess
{
    /// <summary>
    /// Size of the managed nursery, in hexadecimal bytes. By default it depends on the processor's cache, and the wrappers of tensors
    /// fill it before they are collected: tens of MB that are not part of the measured work.
    /// </summary>
    public static readonly (string Name, string Value) SmallNursery = ("DOTNET_GCgen0size", "400000");

    /// <summary>Runs a program and returns its standard output.</summary>
    /// <param name="program">The assembly of the program; usually the caller's.</param>
    /// <param name="arguments">Arguments of the program.</param>
    /// <param name="environment">Additional environment variables.</param>
    /// <exception cref="MeasurementException">The exit code is not 0.</exception>
    public static string Run(Assembly program, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> environment)
    {
        var host = Environment.ProcessPath!;
        string[] own = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [program.Location] : [];
        string[] all = [.. own, .. arguments];
        var start = new ProcessStartInfo(host, all) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new MeasurementException($"{string.Join(' ', all)}: expected exit code 0, got {process.ExitCode}: {output}");
    }
}

/// <summary>A measurement failed, or the two sides of a comparison compute different results.</summary>
public sealed class MeasurementException(string message) : HrmException(message);
