using System.Diagnostics;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace Hrm.Tool.Tests;

/// <summary>Runs command lines of the tool and returns what they write.</summary>
internal static class ToolProcess
{
    /// <summary>Runs a command line in this process.</summary>
    public static async Task<ToolResult> RunAsync(params string[] args)
    {
        var (output, error, console) = (Console.Out, Console.Error, AnsiConsole.Console);
        using var written = new StringWriter();
        using var messages = new StringWriter();
        try
        {
            Console.SetOut(written);
            Console.SetError(messages);
            AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(written) });
            var code = await CommandLine.RunAsync(HrmCommand.Create(), args);
            return new ToolResult(code, written.ToString(), messages.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            AnsiConsole.Console = console;
        }
    }

    /// <summary>Starts a command line in another process, whose streams are redirected.</summary>
    public static Process Start(params string[] args)
    {
        string[] all = [Path.Combine(AppContext.BaseDirectory, "hrm.dll"), .. args];
        return Process.Start(new ProcessStartInfo("dotnet", all) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    /// <summary>Sends SIGINT, as Ctrl+C does; not on Windows.</summary>
    public static void Interrupt(Process process) => Kill(process.Id, 2).Should().Be(0);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}

/// <summary>The exit code and output of a command.</summary>
internal sealed record ToolResult(int Code, string Output, string Messages)
{
    /// <summary>The lines of the standard output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
