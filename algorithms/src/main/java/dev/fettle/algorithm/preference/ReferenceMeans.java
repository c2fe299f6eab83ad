package dev.fettle.algorithm.preference;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import dev.fettle.algorithm.ReferenceModels;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;

/** Binds what references are made with. */
public final class ReferenceMeans extends AbstractModule {

  @Provides
  HeldReference.Means means(Policy policy, ReferenceModels models, ProgramCache programs) {
    return new HeldReference.Means(policy, models, programs);
  }
}
