using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Hrm.PublicApi.Tests;

/// <summary>the tool as a person runs it: in a process of its own.</summary>
internal static partial class ToolProcess
{
    /// <summary>Runs a command to its end.</summary>
    public static (int Code, string Output) Run(params string[] arguments) => Finish(Start(arguments));

    /// <summary>Runs a command to its end; its standard output and its standard error apart.</summary>
    public static (int Code, string Output, string Errors) RunApart(params string[] arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts a command.</summary>
    public static Process Start(params string[] arguments) => Start("dotnet", [Library, .. arguments]);

    /// <summary>Runs a command in a shell that may write files of so many kilobytes at most, as if the disk were full beyond them.</summary>
    public static (int Code, string Output) RunWithFileLimit(int kilobytes, params string[] arguments)
    {
        // An ignored SIGXFSZ makes the write fail rather than end the process; .NET's own mappings must not count.
        var script = $"trap '' XFSZ; ulimit -f {kilobytes}; export DOTNET_EnableWriteXorExecute=0; exec dotnet \"$@\"";
        return Finish(Start("bash", ["-c", script, "bash", Library, .. arguments]));
    }

    /// <summary>Waits for the end, and gives the exit code and what was written, in one line.</summary>
    public static (int Code, string Output) Finish(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.Result);
        }
    }

    /// <summary>Output whose lines are broken where the console ends, as one line.</summary>
    public static string InOneLine(string output) => WhiteSpace().Replace(output, " ");

    private static string Library => Path.Combine(AppContext.BaseDirectory, "hrm.dll");

    private static Process Start(string program, IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
