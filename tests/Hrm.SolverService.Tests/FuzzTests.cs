using System.Diagnostics;
using Hrm.Fuzz;
using Hrm.Fuzz.Running;
using Hrm.TestKit;

namespace Hrm.SolverService.Tests;

/// <summary>A few hundred mutated inputs for each parser, always the same ones; docs/threat-model.md says how to try more.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    public void Dispose() => _folder.Dispose();

    /// <summary>In a process of its own, as what a parser may do wrong includes ending it.</summary>
    [Theory]
    [MemberData(nameof(Targets))]
    [Trait("Category", "Slow")]
    public async Task Mutated_inputs_are_read_or_refused(string target)
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
    public void A_parser_that_is_wrong_is_found(string fault, string report)
    {
        using var console = new StringWriter();
        using var target = new FaultyTarget(fault);
        using var progress = new Progress(_folder["progress"]);
        var plan = new FuzzPlan("faulty", 1, 0, 300, TimeSpan.FromMinutes(5), _folder["kept"]);

        var summary = new InputLoop(plan, target, TimeProvider.System, console).Run(progress);

        summary.Inputs.Should().Be(300);
        summary.Failures.Should().Be(1);
        console.ToString().Should().Contain(report);
        Directory.GetFiles(_folder["kept"], "input.txt", SearchOption.AllDirectories).Should().ContainSingle();
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        string[] Read()
        {
            using var target = new FaultyTarget("none");
            using var progress = new Progress(_folder["progress"]);
            new InputLoop(new FuzzPlan("faulty", 7, 3, 50, TimeSpan.FromMinutes(5), _folder["kept"]), target, TimeProvider.System, TextWriter.Null).Run(progress);
            return [.. target.Seen];
        }

        Read().Should().Equal(Read()).And.HaveCount(51);
    }

    /// <summary>Reads a text of digits, refuses others, and is wrong where a text has an odd number of them.</summary>
    private sealed class FaultyTarget(string fault) : FuzzTarget
    {
        private readonly List<byte[]> _held = [];

        public List<string> Seen { get; } = [];

        public override IReadOnlyList<FuzzSeed> Seeds { get; } = [FuzzSeed.Of("input.txt", "12345678")];

        public override long Allowance => 1 << 20;

        public override void Read(string folder)
        {
            var text = File.ReadAllText(Path.Combine(folder, "input.txt"));
            Seen.Add(text);
            var isOdd = text.Length % 2 == 1;
            if (fault == "throw" && isOdd)
            {
                _ = text[text.Length];
            }

            Require(fault != "promise" || !isOdd, "nothing odd");
            if (fault == "allocate" && isOdd)
            {
                _held.Clear();
                _held.Add(new byte[2 * Allowance]); // No more: the fuzzer ends a process that grows, and here that is the tests'.
            }

            if (fault != "accept" && !text.All(char.IsAsciiDigit))
            {
                throw new RefusedRequestException(400);
            }
        }
    }
}
