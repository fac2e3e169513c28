using System.Text.Json.Nodes;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

public sealed class JsonLinesLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder["metrics.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_report_is_a_line_with_every_number()
    {
        var log = new JsonLinesLog(FilePath);
        log.Write(Reports.Training(50));
        log.Write(Reports.Evaluation(60));
        log.Write(Reports.Training(70) with { GradientNorm = double.PositiveInfinity });

        var lines = File.ReadAllLines(FilePath);
        lines.Should().HaveCount(3);
        lines[0].Should().Be(
            "{\"kind\":\"training\",\"step\":50,\"seconds\":50,\"learning_rate\":0.001,\"gradient_norm\":2,\"steps_per_second\":10,\"segments_per_second\":640,"
            + "\"metrics\":{\"count\":10,\"accuracy\":0.875,\"exact_accuracy\":0.5,\"q_halt_accuracy\":0.25,\"segments\":3.5,\"token_loss\":1.25,\"q_halt_loss\":0.125,\"q_continue_loss\":0.0625}}");
        var evaluation = JsonNode.Parse(lines[1])!.AsObject();
        evaluation["kind"]!.GetValue<string>().Should().Be("evaluation");
        evaluation.ContainsKey("gradient_norm").Should().BeFalse();
        lines[2].Should().Contain("\"gradient_norm\":\"Infinity\"");
    }

    [Fact]
    public void Rewind_drops_later_lines_half_lines_and_invalid_lines()
    {
        var log = new JsonLinesLog(FilePath);
        foreach (var step in new[] { 10, 20, 30 })
        {
            log.Write(Reports.Training(step));
        }

        var first = File.ReadAllLines(FilePath)[..2];
        File.AppendAllText(FilePath, "null\n[1]\n{\"step\":\"x\"}\n{\"step\":1e99}\n\n{\"kind\":\"training\",\"st");

        log.Rewind(20);
        File.ReadAllLines(FilePath).Should().Equal(first);
        log.Write(Reports.Training(30));
        File.ReadAllLines(FilePath).Should().HaveCount(3);
        log.Rewind(0);
        File.ReadAllText(FilePath).Should().BeEmpty();
    }

    /// <summary>One exception per line would take 1,300 bytes.</summary>
    [Fact]
    public void Lines_that_are_not_reports_cost_little()
    {
        const int Lines = 50_000;
        File.WriteAllText(FilePath, string.Concat(Enumerable.Repeat("x\n", Lines)));
        var log = new JsonLinesLog(FilePath);
        var before = GC.GetAllocatedBytesForCurrentThread();

        log.Rewind(5);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(Lines * 100);
        File.ReadAllText(FilePath).Should().BeEmpty();
    }

    [Fact]
    public void An_endless_line_is_a_typed_error_and_keeps_the_file()
    {
        new JsonLinesLog(FilePath).Write(Reports.Training(1));
        using (var sparse = File.OpenWrite(FilePath))
        {
            sparse.SetLength(1L << 40);
        }

        new JsonLinesLog(FilePath).Invoking(it => it.Rewind(5)).Should().Throw<Hrm.HrmFileException>().WithMessage($"{FilePath}: expected lines of at most 65536 characters, got a longer one");
        new FileInfo(FilePath).Length.Should().Be(1L << 40);
    }

    [Fact]
    public void Rewind_keeps_lines_of_both_endings_and_the_link_of_the_path()
    {
        File.WriteAllText(_folder["target"], "{\"step\":1}\r\n{\"step\":2}\n{\"step\":3}");
        File.CreateSymbolicLink(FilePath, "target");

        new JsonLinesLog(FilePath).Rewind(3);

        new FileInfo(FilePath).LinkTarget.Should().Be("target");
        File.ReadAllText(_folder["target"]).Should().Be("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
    }
}
