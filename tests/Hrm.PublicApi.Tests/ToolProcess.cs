using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Hrm.PublicApi.Tests;

/// <summary>Runs the tool in a separate process, as a user does.</summary>
internal static partial class ToolProcess
{
    /// <summary>Runs a command to its end.</summary>
    public static (int Code, string Output) Run(params string[] arguments) => Finish(Start(arguments));

    /// <summary>Runs another program, whose library is beside the tests, to its end.</summary>
    public static (int Code, string Output) RunProgram(string library, params string[] arguments)
        => Finish(Start("dotnet", [Path.Combine(AppContext.BaseDirectory, library), .. arguments]));

    /// <summary>Runs a command to its end, with separate standard output and standard error.</summary>
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

    /// <summary>Runs a command whose files may have this many bytes as soon as it has written a text, as if the disk were full.</summary>
    public static (int Code, string Output) RunWithFileLimit(int bytes, string text, params string[] arguments)
    {
        // With SIGXFSZ ignored the write fails instead of the process; .NET's own mappings must not count. Not before it has loaded
        // libtorch, for which the tool may write a corrected copy of a library.
        var script = $"""
            trap '' XFSZ
            export DOTNET_EnableWriteXorExecute=0
            log=$(mktemp)
            dotnet "$@" >"$log" 2>&1 &
            until grep -q "{text}" "$log" || ! kill -0 $!; do sleep 0.01; done
            prlimit --pid $! --fsize={bytes}
            wait $!
            code=$?
            cat "$log"
            rm "$log"
            exit $code
            """;
        return Finish(Start("bash", ["-c", script, "bash", Library, .. arguments]));
    }

    /// <summary>Waits for the end; returns the exit code and the output.</summary>
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

    /// <summary>Output as one line, without the line breaks of the console.</summary>
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
