using Hrm.Samples;
using Hrm.Samples.PuzzleLab;

namespace Hrm.PuzzleLab.Tests;

/// <summary>Arguments that are not valid are refused before anything is done with them.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("train sudoku --train a.csv --minuts 3", "--minuts: expected an option of '* train sudoku'; did you mean --minutes?")]
    [InlineData("train sudoku --train a.csv --output --minuts", "--minuts: expected an option of*did you mean --minutes?")]
    [InlineData("train sudoku --minuts=3", "--minuts=3: expected an option of*did you mean --minutes?")]
    [InlineData("train sudoku -steps 3", "-steps: expected an option of*did you mean --steps?")]
    [InlineData("data arc build --source a --sourse b --output c", "--sourse: expected an option of '* data arc build'; did you mean --source?")]
    [InlineData("export --run a --output b --xyzzy", "--xyzzy: expected an option of '* export'; '* export --help' lists what there is.")]
    [InlineData("trian sudoku", "trian: expected a command or option of '*'; did you mean train?")]
    [InlineData("train sudoku --steps many", "--steps: expected a whole number, got 'many'; *")]
    [InlineData("train sudoku --output <> --steps 1", "--output: expected a value, got ''.")]
    [InlineData("train sudoku --config <>", "--config: expected a value, got ''.")]
    [InlineData("train sudoku --train <>", "--train: expected a value, got ''.")]
    [InlineData("train sudoku --set <>", "--set: expected a value, got ''.")]
    [InlineData("solve sudoku <> --run a", "puzzle: expected a value, got ''.")]
    [InlineData("train sudoku --output a --output b", "*--output*single argument*")]
    [InlineData("train", "Required command was not provided; '* train --help' lists what there is.")]
    public void A_bad_command_line_is_named(string arguments, string message)
        => FluentActions.Invoking(() => Parse(arguments)).Should().Throw<LabException>().WithMessage(message);

    [Theory]
    [InlineData("train sudoku --train a,b/x.csv c.csv --test d.csv --train -/e.csv --steps 1", "--train", "-/e.csv: expected*")]
    [InlineData("train sudoku --train a,b/x.csv c.csv --train ./-e.csv --steps 1", "a,b/x.csv|c.csv|./-e.csv", null)]
    [InlineData("train sudoku --train @list.txt --steps 1", "@list.txt", null)]
    public void Files_are_named_one_by_one(string arguments, string files, string? message)
    {
        if (message is not null)
        {
            FluentActions.Invoking(() => Parse(arguments)).Should().Throw<LabException>().WithMessage(message);
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
        => FluentActions.Invoking(() => CommonOptions.Apply("cpu", threads, allowsTf32: false)).Should().Throw<LabException>().WithMessage($"--threads: expected 1 to *, got {threads}.");

    private static System.CommandLine.ParseResult Parse(string arguments)
        => CommandLine.Parse(LabCommand.Create(), [.. arguments.Split(' ').Select(argument => argument == "<>" ? string.Empty : argument)]);
}
