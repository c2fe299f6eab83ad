package dev.fettle.harness.config;

import dev.fettle.settings.Keys;
import java.util.List;

/**
 * Names of transformers (5.18), TRL (1.13), PEFT and axolotl to which no single key answers, and
 * what to do instead. Names that are a key's own stand with that key.
 */
final class OtherTrainers {
  /**
   * Names that have one answer.
   *
   * @param sentence what to do instead
   * @param names theirs, with spaces between them
   */
  private record Answer(String sentence, String names) {}

  private static final List<Answer> ANSWERS =
      List.of(
          new Answer(
              "set train.evalEvery, the steps between evaluations",
              "eval_strategy evals_per_epoch"),
          new Answer(
              "set train.checkpointEvery, the steps between checkpoints",
              "save_strategy saves_per_epoch"),
          new Answer(
              "set train.logEvery, the steps between rows of metrics",
              "logging_strategy logging_first_step"),
          new Answer(
              "metrics go into the run's directory, where track says; leave it out",
              "logging_dir disable_tqdm use_wandb wandb_project project"),
          new Answer(
              "go on with: fettle train CONFIG --resume, or Fettle.resume()",
              "resume_from_checkpoint auto_resume"),
          new Answer(
              "fettle train trains, and evaluates where data.eval names rows; leave it out",
              "do_train do_eval do_predict eval_delay"),
          new Answer(
              "a checkpoint holds all that a resumed run needs, and loads as a model too; leave it"
                  + " out",
              "save_safetensors save_only_model"),
          new Answer("the model's card is written always; leave it out", "hub_model_card"),
          new Answer(
              "set model.precision: f32, tf32 or bf16", "tf32 bf16_full_eval fp16_full_eval"),
          new Answer(
              "set model.recompute: blocks to save memory",
              "activation_offloading gradient_checkpointing_kwargs"),
          new Answer("set train.microBatchSize to what fits into memory", "auto_find_batch_size"),
          new Answer("set data.shuffle: true or false", "train_sampling_strategy group_by_length"),
          new Answer("set backend.device: cpu or gpu:0", "use_cpu no_cuda device_map"),
          new Answer(
              "a run uses one device; leave it out",
              "local_rank world_size ds3_gather_for_generation ddp_backend ddp_bucket_cap_mb ddp_broadcast_buffers ddp_static_graph"
                  + " ddp_find_unused_parameters ddp_timeout eval_use_gather_object ignore_bias_buffers"
                  + " fsdp fsdp_config deepspeed"
                  + " accelerator_config parallelism_config save_on_each_node log_on_each_node"),
          new Answer(
              "nothing is uploaded; final/ is a directory the Hub takes",
              "push_to_hub hub_model_id hub_token hub_strategy hub_private_repo hub_always_push"
                  + " hub_revision"),
          new Answer(
              "nothing is downloaded; model.path names a directory",
              "model_revision revision base_model_name_or_path"),
          new Answer(
              "nothing is downloaded; give the files of the rows as data.train and data.eval",
              "dataset_config dataset_train_split dataset_test_split dataset_streaming"),
          new Answer("no code of a model is run; leave it out", "trust_remote_code"),
          new Answer(
              "programs are compiled and kernels chosen by the backend; leave it out",
              "torch_compile torch_compile_backend torch_compile_mode use_liger_kernel liger_kernel_config attn_implementation"
                  + " flash_attention use_cache"),
          new Answer(
              "rows are read by backend.threads threads; leave it out",
              "dataloader_pin_memory dataloader_persistent_workers dataloader_prefetch_factor"
                  + " dataloader_in_order dataloader_multiprocessing_context"),
          new Answer(
              "the loss is the mean over the targets of a whole step; leave it out",
              "average_tokens_across_devices label_smoothing_factor neftune_noise_alpha"),
          new Answer(
              "the tokenizer has its own; leave it out",
              "pad_token eos_token special_tokens tokenizer"),
          new Answer(
              "rows are padded as the programs need; leave it out",
              "pad_to_multiple_of padding_value"),
          new Answer("dropout is never applied; leave it out", "disable_dropout"),
          new Answer(
              "the reference is asked train.microBatchSize rows at once; leave it out",
              "precompute_ref_batch_size"),
          new Answer(
              "data.maxLength bounds a prompt with its answer",
              "max_completion_length max_prompt_length"),
          new Answer("models are decoders alone; leave it out", "is_encoder_decoder"),
          new Answer(
              "sample from a checkpoint with: fettle generate, or fettle sample",
              "generate_during_eval"),
          new Answer(
              "every setting of an optimizer is a key of optimizer",
              "optim_args optim_target_modules"),
          new Answer(
              "weights are not quantised; leave it out",
              "load_in_4bit load_in_8bit bnb_4bit_quant_type bnb_4bit_quant_storage use_bnb_nested_quant"),
          new Answer(
              "model.adapter.targets says which layers have an adapter", "lora_target_linear"),
          new Answer(
              "the adapter is LoRA or rsLoRA without more; leave it out",
              "use_dora use_qalora qalora_group_size use_bdlora loftq_config bias lora_bias exclude_modules layers_to_transform layers_pattern"
                  + " rank_pattern alpha_pattern target_parameters lora_target_parameters"
                  + " init_lora_weights"),
          new Answer(
              "it follows from the model and the algorithm; leave it out",
              "task_type lora_task_type fan_in_fan_out model_type label_names inference_mode"),
          new Answer(
              "num_tokens is among the metrics always; leave it out",
              "include_num_input_tokens_seen"),
          new Answer(
              "a run can be repeated bit for bit on the CPU as it is; leave it out",
              "full_determinism"),
          new Answer(
              "evaluation runs train.microBatchSize rows at once; leave it out",
              "eval_accumulation_steps eval_do_concat_batches batch_eval_metrics"),
          new Answer(
              "a rollout has algorithm.promptsPerRound x samplesPerPrompt answers, a step"
                  + " train.batchSize of them",
              "generation_batch_size steps_per_generation num_mini_batches rollout_batch_size batch_size"
                  + " local_batch_size mini_batch_size local_mini_batch_size forward_batch_size"),
          new Answer(
              "answers are read train.microBatchSize at once; leave it out",
              "local_rollout_forward_batch_size micro_rollout_batch_size"),
          new Answer("set train.steps or train.epochs", "total_episodes num_total_batches"),
          new Answer("give each entry of algorithm.reward its weight", "reward_weights"),
          new Answer(
              "rewards are summed by their weights, then compared; normalise: true brings a reward"
                  + " model's to one scale",
              "multi_objective_aggregation"),
          new Answer(
              "add { type: length } to algorithm.reward with a weight, and set"
                  + " algorithm.missingEosPenalty",
              "reward_shaping_enable_length reward_shaping_enable_repetition reward_shaping_enable_eos"
                  + " reward_shaping_length_coef reward_shaping_repetition_coef"
                  + " reward_shaping_repetition_ngram reward_shaping_eos_bonus"
                  + " reward_shaping_eos_missing_penalty reward_shaping_eos_out_of_range_penalty"
                  + " reward_shaping_eos_min_len reward_shaping_eos_max_len overlong_buffer_len"
                  + " overlong_penalty_factor"),
          new Answer(
              "evaluation answers each prompt once, greedily; leave it out",
              "num_generations_eval eval_temperature eval_n_samples_per_prompt"),
          new Answer("each setting of sampling is a key of algorithm here", "generation_kwargs"),
          new Answer(
              "an answer ends by the model's own end tokens, and by the texts of algorithm.stop",
              "stop_token stop_token_id"),
          new Answer(
              "answers are sampled from the policy's own weights, in batches of"
                  + " algorithm.sampleBatchSize; leave it out",
              "cache_implementation use_transformers_continuous_batching"
                  + " transformers_continuous_batching_config use_transformers_paged use_vllm vllm_mode"
                  + " vllm_model_impl vllm_enable_sleep_mode vllm_structured_outputs_regex"
                  + " vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout"
                  + " vllm_group_port vllm_gpu_memory_utilization vllm_max_model_length"
                  + " vllm_tensor_parallel_size"),
          new Answer(
              "what samples is what is trained, and nothing is to be corrected; leave it out",
              "vllm_importance_sampling_correction vllm_importance_sampling_mode"
                  + " vllm_importance_sampling_clip_max vllm_importance_sampling_clip_min"
                  + " vllm_importance_sampling_cap off_policy_mask_threshold"),
          new Answer(
              "set algorithm.lossType: grpo, bnpo, dr_grpo or dapo",
              "sapo_temperature_neg sapo_temperature_pos vespo_k_pos vespo_lambda_pos vespo_k_neg"
                  + " vespo_lambda_neg loss_agg_mode"),
          new Answer(
              "set algorithm.entropyCoefficient, which stays as it is",
              "top_entropy_quantile use_adaptive_entropy entropy_coef_min entropy_coef_max"
                  + " entropy_coef_delta entropy_target"),
          new Answer(
              "an answer is one turn, without tools; leave it out", "max_tool_calling_iterations"),
          new Answer(
              "every answer is in the run's directory, in rollouts/; leave it out",
              "log_completions log_multimodal num_completions_to_print log_unique_prompts"
                  + " log_completions_hub_repo num_sample_generations"),
          new Answer("set run.name", "exp_name"),
          new Answer("set model.path", "sft_model_path pretrain"),
          new Answer("set optimizer.learningRate", "actor_learning_rate"),
          new Answer("set model.precision", "cast_lm_head_to_fp32"),
          new Answer(
              "the reference of a fresh adapter is the model without it; algorithm.reference names"
                  + " another",
              "model_adapter_name ref_adapter_name"),
          new Answer("set algorithm.kl.target to steer the coefficient", "adap_kl_ctrl"),
          new Answer("set algorithm.kl.place: loss or reward", "use_kl_loss use_kl_in_reward"),
          new Answer("set algorithm.kl.passLimit, with passes", "ratio_threshold"),
          new Answer(
              "set algorithm.type: a2c, ppo, grpo, rloo or reinforce",
              "advantage_estimator adv_estimator"),
          new Answer("set algorithm.epsilon and algorithm.epsilonHigh", "eps_clip_low_high"),
          new Answer(
              "give the template itself, or a file, as tokenizer.chatTemplate",
              "chat_template_kwargs"),
          new Answer(
              "nothing here answers to it; leave it out",
              "alora_invocation_tokens arrow_config auto_mapping corda_config dataset_kwargs debug"
                  + " enable_jit_checkpoint ensure_weight_tying eva_config ignore_data_skip"
                  + " include_for_metrics kasa_config layer_replication length_column_name log_level"
                  + " log_level_replica logging_nan_inf_filter lora_ga_config megatron_config"
                  + " megatron_core model_init_kwargs monteclora_config peft_version prediction_loss_only"
                  + " restore_callback_states_from_checkpoint router_aux_loss_coef runtime_config"
                  + " skip_memory_metrics torch_empty_cache_steps trackio_bucket_id"
                  + " trackio_space_id trackio_static_space_id trainable_token_indices velora_config"));

  private OtherTrainers() {}

  /** The table with these names. */
  static Keys<RunConfig> noted(Keys<RunConfig> keys) {
    Keys<RunConfig> noted = keys;
    for (Answer answer : ANSWERS) {
      noted = noted.note(answer.sentence(), answer.names().split(" ", -1));
    }
    return noted;
  }
}
