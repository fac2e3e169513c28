using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class RunningBatchTests : IDisposable
{
    private const int Segments = 4;

    private readonly HrmModel _model = TinyModel.Create(Questions.Config, seed: 3);
    private readonly SolverQuestion[] _questions = Questions.Draw(40, seed: 5);

    public void Dispose() => _model.Dispose();

    /// <summary>
    /// In every batch the tokens are those of the puzzle solved separately, and the logits are within 1e-5 of the largest.
    /// </summary>
    [Fact]
    public void An_answer_does_not_depend_on_the_other_rows()
    {
        using var scope = NewDisposeScope();
        var separate = _questions.Select(question => Questions.RunTogether(_model, [question], Segments)).ToArray();
        var random = new Random(7);
        for (var grouping = 0; grouping < 200; grouping++)
        {
            using var groupingScope = NewDisposeScope();
            var batchSize = random.Next(1, 17);
            var waiting = new Queue<int>(Enumerable.Range(0, _questions.Length).OrderBy(_ => random.Next()).Take(random.Next(1, 25)));
            using var batch = new RunningBatch<RunningRow>(new TorchModel(_model), TimeProvider.System);
            var questionOf = new Dictionary<RunningRow, int>();
            var finished = 0;
            var asked = waiting.Count;
            while (waiting.Count + batch.Rows.Count > 0)
            {
                // Fewer than there is room for at times, so that the batch grows and shrinks.
                for (var free = random.Next(1, batchSize - batch.Rows.Count + 1); free > 0 && waiting.Count > 0 && batch.Rows.Count < batchSize; free--)
                {
                    var question = waiting.Dequeue();
                    var row = Row(question, random.Next(1, Segments + 1));
                    questionOf[row] = question;
                    batch.Add(row);
                }

                foreach (var row in batch.RunSegment().Where(row => row.Reason != HaltReason.None))
                {
                    var expected = separate[questionOf[row]][row.Segments - 1];
                    row.Answer.ToArray().Should().Equal(expected.Logits[0].argmax(-1).to_type(ScalarType.Int32).data<int>().ToArray());
                    tensor(row.Logits!).view_as(expected.Logits[0]).BeCloseTo(expected.Logits[0], 1e-5, $"grouping {grouping}, question {questionOf[row]}, segment {row.Segments}");
                    row.QHalt.Should().BeApproximately(expected.QHalt.item<float>(), 1e-5f * Math.Max(1, Math.Abs(expected.QHalt.item<float>())));
                    row.QContinue.Should().BeApproximately(expected.QContinue.item<float>(), 1e-5f * Math.Max(1, Math.Abs(expected.QContinue.item<float>())));
                    finished++;
                }
            }

            finished.Should().Be(asked);
        }
    }

    /// <summary>A waiting puzzle takes the place of a stopped one: the number of computed rows is the sum of the segments.</summary>
    [Fact]
    public void Only_needed_segments_are_computed()
    {
        const int Places = 8;
        using var batch = new RunningBatch<RunningRow>(new TorchModel(_model), TimeProvider.System);
        var lengths = _questions.Select((_, i) => 1 + (i * 7 % 16)).ToArray(); // 1 … 16
        var rows = new Queue<RunningRow>(lengths.Select((length, i) => Row(i, length, keepsLogits: false)));
        while (rows.Count + batch.Rows.Count > 0)
        {
            while (batch.Rows.Count < Places && rows.Count > 0)
            {
                batch.Add(rows.Dequeue());
            }

            batch.RunSegment();
        }

        batch.RowSegments.Should().Be(lengths.Sum());

        // The rows that a batch would compute if it waited for its slowest row:
        var waitingForTheSlowest = lengths.Chunk(Places).Sum(chunk => Places * chunk.Max());
        (batch.RowSegments / (double)waitingForTheSlowest).Should().BeApproximately(lengths.Average() / 16, 0.1);
        batch.Segments.Should().BeLessThan(lengths.Sum() / Places + 16);
    }

    [Fact]
    public void Removed_rows_do_not_change_the_others()
    {
        using var scope = NewDisposeScope();
        var expected = Questions.RunTogether(_model, _questions[..6], 3)[2];
        using var batch = new RunningBatch<RunningRow>(new TorchModel(_model), TimeProvider.System);
        var rows = Enumerable.Range(0, 6).Select(i => Row(i, 3)).ToArray();
        Array.ForEach(rows, batch.Add);
        batch.RunSegment();
        batch.Remove(row => row == rows[0] || row == rows[3]).Should().Be(2);
        batch.RunSegment();
        batch.RunSegment().Should().Equal(rows[1], rows[2], rows[4], rows[5]);
        foreach (var place in new[] { 1, 2, 4, 5 })
        {
            tensor(rows[place].Logits!).view_as(expected.Logits[place]).BeCloseTo(expected.Logits[place], 1e-5, $"row {place}");
        }
    }

    [Fact]
    public void A_row_counts_its_segments_and_its_unchanged_segments()
    {
        using var scope = NewDisposeScope();
        const int Many = 12;
        var outputs = Questions.RunTogether(_model, _questions, Many);
        var answers = outputs.Select(output => output.Logits.argmax(-1).to_type(ScalarType.Int32)).ToArray(); // [B, seq_len] each
        var seen = new List<SegmentState>[_questions.Length];
        using var batch = new RunningBatch<RunningRow>(new TorchModel(_model), TimeProvider.System);
        for (var i = 0; i < _questions.Length; i++)
        {
            var states = seen[i] = [];
            batch.Add(Row(i, Many, new ScriptedHalting(
                state =>
                {
                    states.Add(state);
                    return HaltReason.None;
                })));
        }

        while (batch.Rows.Count > 0)
        {
            batch.RunSegment().Should().OnlyContain(row => (row.Reason == HaltReason.Maximum) == (row.Segments == Many));
        }

        for (var i = 0; i < _questions.Length; i++)
        {
            var unchanged = 0;
            for (var segment = 0; segment < Many; segment++)
            {
                unchanged = segment > 0 && answers[segment][i].Equals(answers[segment - 1][i]) ? unchanged + 1 : 0;
                seen[i][segment].Segments.Should().Be(segment + 1);
                seen[i][segment].UnchangedSegments.Should().Be(unchanged);
                seen[i][segment].QHalt.Should().BeApproximately(outputs[segment].QHalt[i].item<float>(), 1e-3f);
            }
        }

        seen.SelectMany(states => states).Select(state => state.UnchangedSegments).Distinct().Should().HaveCountGreaterThan(2);
    }

    [Fact]
    public void Residuals_are_the_relative_change_of_each_state_over_the_segment()
    {
        using var scope = NewDisposeScope();
        var outputs = Questions.RunTogether(_model, _questions[..3], 2);
        var start = _model.InitialCarry(3);
        using var batch = new RunningBatch<RunningRow>(new TorchModel(_model), TimeProvider.System);
        var rows = Enumerable.Range(0, 3).Select(i => new RunningRow(_questions[i].Tokens.ToArray(), _questions[i].PuzzleId, 9, halting: null) { KeepsResiduals = i != 1 }).ToArray();
        Array.ForEach(rows, batch.Add);
        var before = new HrmCarry(start.High, start.Low);
        foreach (var output in outputs)
        {
            batch.RunSegment();
            foreach (var i in new[] { 0, 2 })
            {
                rows[i].Residuals.High.Should().BeApproximately(Change(before.High[i], output.Carry.High[i]), 1e-5f);
                rows[i].Residuals.Low.Should().BeApproximately(Change(before.Low[i], output.Carry.Low[i]), 1e-5f);
            }

            rows[1].Residuals.High.Should().Be(float.NaN);
            before = output.Carry;
        }

        rows[0].Residuals.Should().NotBe(rows[2].Residuals);
        start.Dispose();

        static float Change(Tensor before, Tensor after)
            => (float)Math.Sqrt((after - before).to_type(ScalarType.Float64).square().sum().item<double>() / before.to_type(ScalarType.Float64).square().sum().item<double>());
    }

    [Fact]
    public void Rows_that_join_and_leave_leak_no_tensors()
    {
        using var batch = new RunningBatch<RunningRow>(new TorchModel(_model), TimeProvider.System);
        var next = 0;
        TensorLeak.Check(() =>
        {
            for (var segment = 0; segment < 5; segment++)
            {
                while (batch.Rows.Count < 4)
                {
                    batch.Add(Row(next % _questions.Length, 1 + (next++ % 3), keepsLogits: false));
                }

                batch.RunSegment();
            }

            batch.Clear();
        });
    }

    private RunningRow Row(int question, int maxSegments, IHaltingPolicy? halting = null, bool keepsLogits = true)
        => new(_questions[question].Tokens.ToArray(), _questions[question].PuzzleId, maxSegments, halting) { KeepsLogits = keepsLogits };
}
