using System.Buffers.Binary;
using System.Numerics;
using Hrm.TestKit;
using Tensorboard;

namespace Hrm.Training.Tests;

public sealed class TensorBoardLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reports_are_events_that_TensorBoard_reads()
    {
        var log = new TensorBoardLog(_folder["board"], new StandingClock());
        log.Write(Reports.Training(50));
        log.Write(Reports.Evaluation(50));
        log.Rewind(10);
        log.Write(Reports.Training(60));

        var events = ReadEvents(Directory.GetFiles(_folder["board"]).Should().ContainSingle().Subject);

        events[0].FileVersion.Should().Be("brain.Event:2");
        var scalars = events.Skip(1).SelectMany(item => item.Summary.Value.Select(value => (item.Step, value.Tag, value.SimpleValue))).ToArray();
        scalars.Should().Contain((50, "training/token_loss", 1.25f))
            .And.Contain((50, "training/exact_accuracy", 0.5f))
            .And.Contain((50, "training/segments", 3.5f))
            .And.Contain((50, "training/learning_rate", 0.001f))
            .And.Contain((50, "training/gradient_norm", 2f))
            .And.Contain((50, "training/segments_per_second", 640f))
            .And.Contain((50, "evaluation/exact_accuracy", 0.75f))
            .And.Contain((60, "training/token_loss", 1.25f))
            .And.NotContain(entry => entry.Tag == "evaluation/learning_rate");
        events.Skip(1).Should().AllSatisfy(item => item.WallTime.Should().Be(1_800_000_001));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_typed_error()
    {
        File.WriteAllText(_folder["file"], string.Empty);
        var log = new TensorBoardLog(_folder["file", "board"]);
        log.Invoking(it => it.Write(Reports.Training(1))).Should().Throw<Hrm.HrmFileException>();
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_800_000_001);
    }

    /// <summary>The records of a file: length, its masked CRC-32C, the event, its masked CRC-32C.</summary>
    private static List<Event> ReadEvents(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var events = new List<Event>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)).Should().Be(MaskedCrc(bytes.AsSpan(at, 8)));
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)).Should().Be(MaskedCrc(bytes.AsSpan(at + 12, length)));
            events.Add(Event.Parser.ParseFrom(bytes, at + 12, length));
            at += 16 + length;
        }

        return events;
    }

    private static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}
