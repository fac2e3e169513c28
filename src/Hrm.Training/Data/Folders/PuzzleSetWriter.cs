using Hrm.Core;

namespace Hrm.Training;

/// <summary>Writes the five arrays of a set as its groups come, each value checked.</summary>
internal sealed class PuzzleSetWriter : IDisposable
{
    private readonly string _folder;
    private readonly TokenRules _rules;
    private readonly GroupReader _reader;
    private readonly int[] _stored;
    private readonly List<NpyWriter> _writers = [];
    private readonly NpyWriter _inputs;
    private readonly NpyWriter _labels;
    private readonly NpyWriter _puzzleIds;
    private readonly NpyWriter _puzzleOffsets;
    private readonly NpyWriter _groupOffsets;

    /// <summary>Creates the folder of the split and its files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="split">The split.</param>
    /// <param name="options">The settings of all splits.</param>
    public PuzzleSetWriter(string folder, PuzzleSplit split, PuzzleDatasetOptions options)
    {
        _folder = folder;
        _rules = new TokenRules(options.VocabularySize, options.IgnoreLabelId);
        _reader = new GroupReader(split.Name, _rules) { SequenceLength = options.SequenceLength };
        _stored = new int[options.SequenceLength];
        var ignored = options.IgnoreLabelId ?? 0;
        var tokens = split.Storage == TokenStorage.Int64
            ? NpyDtype.Int64
            : NpyDtype.Narrowest(Math.Min(0, ignored), Math.Max(options.VocabularySize - 1, ignored));
        try
        {
            Directory.CreateDirectory(folder);
            _inputs = Create(DatasetNames.Inputs, tokens, options.SequenceLength);
            _labels = Create(DatasetNames.Labels, tokens, options.SequenceLength);
            _puzzleIds = Create(DatasetNames.PuzzleIds, NpyDtype.Int32, null);
            _puzzleOffsets = Create(DatasetNames.PuzzleOffsets, NpyDtype.Int32, null);
            _groupOffsets = Create(DatasetNames.GroupOffsets, NpyDtype.Int32, null);
            _puzzleOffsets.Append(0);
            _groupOffsets.Append(0);
        }
        catch (Exception exception)
        {
            Dispose();
            if (AtomicFile.IsWriteError(exception))
            {
                throw new HrmFileException(folder, "could not be written", exception);
            }

            throw;
        }

        NpyWriter Create(string field, NpyDtype type, int? rowLength)
        {
            var writer = new NpyWriter(Path.Combine(folder, DatasetNames.ArrayFile(options.SetName, field)), type, rowLength);
            _writers.Add(writer);
            return writer;
        }
    }

    public int Groups => _reader.Groups;

    public int Puzzles => _reader.Puzzles;

    public int Examples => _reader.Examples;

    /// <summary>Checks a group and writes it.</summary>
    public void Add(PuzzleGroup group) => Write(() =>
    {
        _reader.Read(group, AddExample, AddPuzzle);
        _groupOffsets.Append(Puzzles);
    });

    /// <summary>Checks the whole and completes the files.</summary>
    /// <param name="idCount">The number of puzzle ids.</param>
    public void Complete(int idCount) => Write(() =>
    {
        _reader.Complete(idCount);
        _inputs.Complete(Examples);
        _labels.Complete(Examples);
        _puzzleIds.Complete(Puzzles);
        _puzzleOffsets.Complete(Puzzles + 1L);
        _groupOffsets.Complete(Groups + 1L);
    });

    /// <summary>Closes the files. After <see cref="Complete"/> nothing is left to write; before it, an earlier exception is the one to report.</summary>
    public void Dispose()
    {
        foreach (var writer in _writers)
        {
            try
            {
                writer.Dispose();
            }
            catch (Exception exception) when (AtomicFile.IsWriteError(exception))
            {
            }
        }
    }

    private void AddExample(PuzzleExample example)
    {
        _rules.ToStored(example.Labels, _stored);
        _inputs.Append(example.Inputs);
        _labels.Append(_stored);
    }

    private void AddPuzzle(int id)
    {
        _puzzleIds.Append(id);
        _puzzleOffsets.Append(Examples);
    }

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (AtomicFile.IsWriteError(exception))
        {
            throw new HrmFileException(_folder, "could not be written", exception);
        }
    }
}
