using System.Diagnostics;
using System.Globalization;

namespace Hrm.Fuzz.Running;

/// <summary>A target in a process of its own, which a native error, a stack overflow or the watchdog may end.</summary>
internal static class TargetProcess
{
    public const string Command = "loop";

    /// <summary>Runs a plan to its end.</summary>
    /// <returns>Whether nothing was found.</returns>
    public static async Task<bool> RunAsync(FuzzPlan plan, TextWriter console)
    {
        var progressPath = Path.Combine(plan.Output, $"{plan.Target}.progress");
        Directory.CreateDirectory(plan.Output);

        // `dotnet run` starts the program itself, `dotnet Hrm.Fuzz.dll` the host, which wants to be told what to run.
        var program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        string[] arguments =
        [
            .. host, Command, "--target", plan.Target, "--output", plan.Output,
            "--seed", plan.Seed.ToString(CultureInfo.InvariantCulture), "--first", plan.First.ToString(CultureInfo.InvariantCulture),
            "--inputs", plan.Inputs.ToString(CultureInfo.InvariantCulture), "--seconds", plan.Time.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync();
        if (process.ExitCode is 0 or 1)
        {
            File.Delete(progressPath);
            return process.ExitCode == 0;
        }

        using var progress = new Progress(progressPath);
        console.WriteLine(
            $"FAILED  {plan.Target}, seed {plan.Seed}, input {progress.Index}: the process ended with {process.ExitCode}; "
            + $"again: --target {plan.Target} --seed {plan.Seed} --first {progress.Index} --inputs 1");
        return false;
    }
}
