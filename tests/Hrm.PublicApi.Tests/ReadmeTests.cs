using Hrm.Puzzles;
using Hrm.Samples.QuickStart;
using Hrm.TestKit;

namespace Hrm.PublicApi.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void The_example_of_the_readme_is_the_compiled_one()
    {
        var source = File.ReadAllLines(RepositoryFolder.Combine("samples", "QuickStart", "ReadmeExample.cs"));
        var region = source.SkipWhile(line => !line.Contains("<readme>", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.Contains("</readme>", StringComparison.Ordinal))
            .Select(line => line.Length > 8 ? line[8..] : string.Empty)
            .Select(line => line.Replace("Take(steps)", "Take(1600)", StringComparison.Ordinal))
            .Select(line => line.Replace("(folder)", "(\"my-model\")", StringComparison.Ordinal));
        var readme = File.ReadAllText(RepositoryFolder.Combine("README.md")).ReplaceLineEndings("\n");

        readme.Should().Contain(string.Join('\n', region));
    }

    [Fact]
    public void The_example_runs()
    {
        var folder = Directory.CreateTempSubdirectory("hrm-readme").FullName;
        try
        {
            var (puzzle, answer) = ReadmeExample.Run(steps: 3, folder);

            puzzle.Shape.Should().Be(SudokuShape.Four);
            answer.Shape.Should().Be(SudokuShape.Four);
            File.Exists(Path.Combine(folder, "model.safetensors")).Should().BeTrue();
            File.Exists(Path.Combine(folder, "config.json")).Should().BeTrue();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
