using System.Diagnostics;
using Hrm.Fuzz;
using Hrm.Fuzz.Running;
using Hrm.TestKit;

namespace Hrm.SolverService.Tests;

/// <summary>The same few hundred mutated inputs per parser in every run; docs/threat-model.md shows how to try more.</summary>
public sealed class FuzzTests : IDisposable
{
    private const string InputName = "input.txt";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    public void Dispose() => _folder.Dispose();

    /// <summary>In a separate process, because a wrong parser may end it.</summary>
    [Theory]
    [MemberData(nameof(Targets))]
    [Trait("Category", "Slow")]
    public async Task Mutated_inputs_are_read_or_rejected(string target)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Hrm.Fuzz.dll"), "--target", target, "--inputs", "400", "--seconds", "300", "--seed", "20260401", "--output", _folder.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.Should().Be(0, output + await error);
        output.Should().Contain($"| {target} | 400 |");
    }

    [Theory]
    [InlineData("throw", "System.IndexOutOfRangeException")]
    [InlineData("allocate", "too much memory")]
    [InlineData("accept", "the mutations test nothing")]
    [InlineData("promise", "broken promise: nothing odd")]
    public void A_parser_with_a_fault_is_found(string fault, string report)
    {
        using var console = new StringWriter();
        using var target = FaultyTarget(fault, []);
        var plan = new FuzzPlan("faulty", 1, 0, 300, TimeSpan.FromMinutes(5), _folder["kept"]);

        var summary = new InputLoop(plan, target, TimeProvider.System, console).Run();

        summary.Inputs.Should().Be(300);
        summary.Failures.Should().Be(1);
        console.ToString().Should().Contain(report);
        Directory.GetFiles(_folder["kept"], InputName, SearchOption.AllDirectories).Should().ContainSingle();
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        List<string> Read()
        {
            var seen = new List<string>();
            using var target = FaultyTarget("none", seen);
            new InputLoop(new FuzzPlan("faulty", 7, 3, 50, TimeSpan.FromMinutes(5), _folder["kept"]), target, TimeProvider.System, TextWriter.Null).Run();
            return seen;
        }

        Read().Should().Equal(Read()).And.HaveCount(51);
    }

    /// <summary>Reads a text of digits, rejects other texts, and has a fault if the length is odd.</summary>
    private static FuzzTarget FaultyTarget(string fault, List<string> seen)
    {
        const long allowance = 1 << 20;
        var held = new List<byte[]>();
        return new FuzzTarget
        {
            Seeds = [FuzzSeed.Of(InputName, "12345678")],
            Allowance = allowance,
            Read = folder =>
            {
                var text = File.ReadAllText(Path.Combine(folder, InputName));
                seen.Add(text);
                var isOdd = text.Length % 2 == 1;
                if (fault == "throw" && isOdd)
                {
                    _ = text[text.Length];
                }

                FuzzTarget.Require(fault != "promise" || !isOdd, "nothing odd");
                if (fault == "allocate" && isOdd)
                {
                    held.Clear();
                    held.Add(new byte[2 * allowance]); // No more: the watchdog ends a process that grows, and here that is the tests' own.
                }

                if (fault != "accept" && !text.All(char.IsAsciiDigit))
                {
                    throw new RefusedRequestException(400);
                }
            },
        };
    }
}
