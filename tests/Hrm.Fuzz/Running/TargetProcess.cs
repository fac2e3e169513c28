using System.Diagnostics;
using System.Globalization;

namespace Hrm.Fuzz.Running;

/// <summary>Runs a target in another process, which a native error, a stack overflow or the watchdog may end.</summary>
internal static class TargetProcess
{
    public const string Command = "loop";

    /// <summary>Runs a plan to its end; returns whether no failure was found.</summary>
    public static async Task<bool> RunAsync(FuzzPlan plan, TextWriter console)
    {
        // `dotnet run` starts the program itself; `dotnet Hrm.Fuzz.dll` starts the host, which takes the program as its first argument.
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
            File.Delete(plan.ProgressPath);
            return process.ExitCode == 0;
        }

        var index = File.Exists(plan.ProgressPath) ? BitConverter.ToInt64(File.ReadAllBytes(plan.ProgressPath)) : plan.First;
        console.WriteLine(
            $"FAILED  {plan.Target}, seed {plan.Seed}, input {index}: the process ended with {process.ExitCode}; "
            + $"again: --target {plan.Target} --seed {plan.Seed} --first {index} --inputs 1");
        return false;
    }
}
