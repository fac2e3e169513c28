namespace Hrm.Puzzles;

/// <summary>The vote on one test input of a task.</summary>
/// <param name="Pair">The test pair.</param>
/// <param name="Candidates">The answers, the best first; none when no variant was predicted.</param>
public sealed record ArcTestVote(ArcPair Pair, IReadOnlyList<ArcCandidate> Candidates)
{
    /// <summary>The place of the right answer among the candidates, from 1; <see langword="null"/> when it is not there or unknown.</summary>
    public int? RankOfAnswer
    {
        get
        {
            for (var place = 0; place < Candidates.Count && Pair.Output is not null; place++)
            {
                if (Pair.Output.Equals(Candidates[place].Grid))
                {
                    return place + 1;
                }
            }

            return null;
        }
    }
}
