using System.Diagnostics;

namespace Hrm.Paper;

/// <summary>Runs this program in another process, because a process has only one peak of memory.</summary>
internal static class OwnProcess
{
    /// <summary>Runs the program and returns its standard output.</summary>
    /// <param name="environment">Variables added to the environment.</param>
    /// <param name="arguments">The command line.</param>
    /// <exception cref="MeasurementException">The exit code is not 0.</exception>
    public static string Run(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(OwnProcess).Assembly.Location] : [];
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

/// <summary>A measurement failed; other measurements can continue.</summary>
public sealed class MeasurementException(string message) : HrmException(message);
