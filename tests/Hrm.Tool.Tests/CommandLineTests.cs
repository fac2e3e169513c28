using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Tool.Tests;

/// <summary>Invalid arguments are refused before a command runs.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("train sudoku --train a.csv --minuts 3", "--minuts: expected an option of '* train sudoku'; '* train sudoku --help' lists the options.")]
    [InlineData("train sudoku --train a.csv --output --minuts", "--minuts: expected an option of*")]
    [InlineData("train sudoku --minuts=3", "--minuts=3: expected an option of*")]
    [InlineData("train sudoku -steps 3", "-steps: expected an option of*")]
    [InlineData("export --model a --output b --xyzzy", "--xyzzy: expected an option of '* export'; '* export --help' lists the options.")]
    [InlineData("trian sudoku", "trian: expected a command or option of '*'; '* --help' lists the options.")]
    [InlineData("train sudoku --steps many", "--steps: expected a whole number, got 'many'; *")]
    [InlineData("train sudoku --output <> --steps 1", "--output: expected a value, got ''.")]
    [InlineData("train sudoku --train <>", "--train: expected a value, got ''.")]
    [InlineData("solve sudoku <> --model a", "argument: expected a value, got ''.")]
    [InlineData("train sudoku --output a --output b", "*--output*single argument*")]
    [InlineData("train", "Required command was not provided; '* train --help' lists the options.")]
    public void An_invalid_command_line_is_an_error(string arguments, string message)
        => FluentActions.Invoking(() => Parse(arguments)).Should().Throw<UsageException>().WithMessage(message);

    [Theory]
    [InlineData("train sudoku --train a,b/x.csv c.csv --test d.csv --train -/e.csv --steps 1", "--train", "-/e.csv: expected*")]
    [InlineData("train sudoku --train a,b/x.csv c.csv --train ./-e.csv --steps 1", "a,b/x.csv|c.csv|./-e.csv", null)]
    [InlineData("train sudoku --train @list.txt --steps 1", "@list.txt", null)]
    public void Options_take_several_files(string arguments, string files, string? message)
    {
        if (message is not null)
        {
            FluentActions.Invoking(() => Parse(arguments)).Should().Throw<UsageException>().WithMessage(message);
            return;
        }

        Parse(arguments).GetValue<string[]>("--train").Should().Equal(files.Split('|'));
    }

    [Fact]
    public void A_negative_number_is_a_value()
        => Parse("data sudoku build --count 9 --seed -5 --output a").GetValue<long>("--seed").Should().Be(-5);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2_000_000_000)]
    public void A_number_of_threads_that_would_end_the_process_is_refused(int threads)
        => FluentActions.Invoking(() => TorchOptions.Apply("cpu", threads, allowsTf32: false)).Should().Throw<UsageException>().WithMessage($"--threads: expected 1 to *, got {threads}.");

    [Theory]
    [InlineData("solve sudoku 12 --model <run>", "puzzle: *81*")]
    [InlineData("solve sudoku <blanks> --model <run> --segments 0", "--segments: expected 1 to 65536, got 0.")]
    [InlineData("evaluate sudoku --model <run> --segments 0", "--segments: expected 1 to 65536, got 0.")]
    [InlineData("data maze build --train ftp://example.org/x.csv --test a --output b", "*ftp*")]
    public async Task An_invalid_value_is_an_error_with_its_option(string arguments, string message)
    {
        using var folder = new TemporaryFolder();
        new RunFolder(folder.Path).Save(Settings());
        var filled = arguments.Replace("<run>", folder.Path, StringComparison.Ordinal).Replace("<blanks>", new string('.', 81), StringComparison.Ordinal);
        var configuration = new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false };
        await FluentActions.Awaiting(() => Parse(filled).InvokeAsync(configuration)).Should().ThrowAsync<HrmException>().WithMessage(message);
    }

    [Fact]
    public void Help_names_the_commands_and_the_exit_codes()
    {
        using var written = new StringWriter();
        Parse("--help").Invoke(new System.CommandLine.InvocationConfiguration { Output = written }).Should().Be(0);
        written.ToString().Should().Contain("train").And.Contain("evaluate").And.Contain("Exit codes: 0 done");
    }

    /// <summary>Without an option the run keeps its recorded value.</summary>
    [Theory]
    [InlineData("", "cuda:1", true, "cuda:1", true)]
    [InlineData("", null, false, "cpu", false)]
    [InlineData("--allow-changes --tf32 false", "cuda:1", true, "cuda:1", false)]
    [InlineData("--allow-changes --tf32", null, false, "cpu", true)]
    [InlineData("--set Device=cuda:0", null, false, "cuda:0", false)]
    [InlineData("--allow-changes --set Device=cuda:0", "cuda:1", false, "cuda:0", false)]
    [InlineData("--allow-changes --set AllowTensorFloat32=false", null, true, "cpu", false)]
    [InlineData("--set Device=cuda:0 --device cuda:1", null, false, "cuda:1", false)]
    public void A_run_is_resumed_on_its_device_unless_an_option_names_another(string arguments, string? device, bool allowsTf32, string expectedDevice, bool expectedTf32)
    {
        var run = Settings();
        (run.Device, run.AllowTensorFloat32) = (device, allowsTf32);
        var resumed = TrainCommand.Resumed(Parse($"train sudoku --resume a {arguments}".TrimEnd()), run);
        (resumed.Device, resumed.AllowTensorFloat32).Should().Be((expectedDevice, expectedTf32));
    }

    [Fact]
    public void A_resumed_run_reports_a_change_of_precision()
    {
        var run = Settings();
        run.AllowTensorFloat32 = true;
        FluentActions.Invoking(() => TrainCommand.Resumed(Parse("train sudoku --resume a --tf32 false"), run)).Should().Throw<UsageException>()
            .WithMessage("--resume: expected the settings of the run, got others*AllowTensorFloat32 was true, is not set*");
    }

    private static RunSettings Settings() => new() { Model = HrmPresets.Tiny(81, 11) };

    private static System.CommandLine.ParseResult Parse(string arguments)
        => CommandLine.Parse(HrmCommand.Create(), [.. arguments.Split(' ').Select(argument => argument == "<>" ? string.Empty : argument)]);
}
